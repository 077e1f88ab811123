import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../../../tools/ready-server.ts";
import { root, type Server } from "../../../tools/serve.ts";
import { type FileServer, startFiles } from "../no-code/file-server.ts";
import { type N8n, openN8n } from "./support/n8n.ts";
import { execute, importCredentials, importWorkflows } from "./support/workflows.ts";

const examples = ["file", "address", "region", "labels", "one-item-per-object", "drawing", "http-request", "tool"];

let [n8n, api, files]: [N8n?, Server?, FileServer?] = [];
let street: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  [n8n, api, files, street] = await Promise.all([
    openN8n(),
    startServer({ port: 0, variables: { ALLOW_HTTP_IMAGES: "true" } }),
    startFiles(),
    readFile(join(root, "test/pictures/street.jpg")),
  ]);
  // With the slash that people copy along.
  await importCredentials(n8n, { florenceEdge0001: { baseUrl: api.url.href, apiKey: "" } });
  const places = { files: files.origin, api: api.url.origin };
  const png = { file: "drawing", id: "png", changes: { '"drawing": true': '"drawing": true, "drawingFormat": "png"' } };
  await importWorkflows(n8n, places, [...examples.map((file) => ({ file })), png]);
});
afterAll(async () => {
  files?.stop();
  await Promise.all([n8n?.stop(), api?.stop()]);
});

const Answer = z.record(z.string(), z.unknown());
const Objects = z.object({ objects: z.array(z.looseObject({ box: z.record(z.string(), z.number()) })) });

/** What `/v1` itself says of the picture. */
async function own(path: string): Promise<z.infer<typeof Answer>> {
  const init = { method: "POST", headers: { "content-type": "image/jpeg" }, body: street };
  return Answer.parse(await (await fetch(new URL(`/v1/${path}`, api?.url), init)).json());
}

async function run(id: string) {
  if (n8n === undefined) throw new Error("n8n is not there.");
  const { status, statuses, outputs } = await execute(n8n, id);
  expect([status, ...new Set(statuses)]).toEqual(["success", "success"]);
  const [items = []] = outputs;
  return { items, answers: items.map(({ json }) => json) };
}

describe("in n8n, the workflow", () => {
  it("of a file has the flat answer", async () => {
    expect((await run("file")).answers).toEqual([await own("object-detection?format=flat")]);
  });

  it("of an address has the flat answer", async () => {
    expect((await run("address")).answers).toEqual([await own("caption?format=flat")]);
  });

  it("of regions asks about each object that was found, in the same file", async () => {
    const { objects } = Objects.parse(await own("object-detection"));
    const regions = objects.map(({ box }) => Object.values(box).join(","));
    const expected = await Promise.all(
      regions.map((region) => own(`region-to-category?format=flat&include=score&region=${region}`)),
    );
    const { items, answers } = await run("region");
    expect(answers).toEqual(expected);
    expect(answers.length).toBeGreaterThan(1);
    expect(items.map(({ pairedItem }) => pairedItem?.item)).toEqual(expected.map((_, index) => index));
  });

  it("of labels has the full answer", async () => {
    expect((await run("labels")).answers).toEqual([await own("open-vocabulary-detection?labels=snail,truck")]);
  });

  it("of one item per object has the objects", async () => {
    const { objects } = Objects.parse(await own("object-detection?max_objects=2&box_format=xywh"));
    const { items, answers } = await run("one-item-per-object");
    expect(answers).toEqual(objects);
    expect(items.map(({ pairedItem }) => pairedItem?.item)).toEqual([0, 0]);
  });

  it.each([
    ["drawing", "svg", "image/svg+xml"],
    ["png", "png", "image/png"],
  ])("of a drawing has the API's file: %s", async (id, form, mimeType) => {
    const { items, answers } = await run(id);
    expect(answers).toEqual([await own("object-detection?format=flat&min_score=0.1&box_format=xywh")]);
    const file = items[0]?.binary?.["drawing"];
    expect(file).toMatchObject({ mimeType, fileName: `drawing.${form}` });
    const init = { method: "POST", headers: { "content-type": "image/jpeg" }, body: street };
    const response = await fetch(new URL(`/v1/object-detection?min_score=0.1&overlay=${form}`, api?.url), init);
    const stored = join(n8n?.folder ?? "", ".n8n/storage", String(file?.id).replace("filesystem-v2:", ""));
    expect(await readFile(stored)).toEqual(Buffer.from(await response.arrayBuffer()));
  });

  it("without the node, with HTTP Request as the page says, has the flat answer", async () => {
    expect((await run("http-request")).answers).toEqual([await own("object-detection?format=flat")]);
  });

  it("of a tool, which n8n calls as an agent does, answers with the flat answer", async () => {
    const { answers } = await run("tool");
    expect(JSON.parse(String(answers[0]))).toEqual([await own("caption?format=flat")]);
  });
});
