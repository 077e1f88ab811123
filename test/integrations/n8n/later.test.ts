import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../../../tools/ready-server.ts";
import { root, type Server } from "../../../tools/serve.ts";
import { type FileServer, startFiles } from "../no-code/file-server.ts";
import { type N8n, openN8n } from "./support/n8n.ts";
import { execute, type Given, importCredentials, importWorkflows } from "./support/workflows.ts";

const never = { "/street.jpg": "/never.jpg" };
const workflows: readonly Given[] = [
  { file: "later-wait" },
  { file: "later-job" },
  {
    file: "later-wait",
    id: "by-object",
    changes: { '"describe"': '"find"', '"caption"': '"object-detection", "return": "objects"' },
  },
  {
    file: "later-wait",
    id: "drawing",
    changes: { '"describe"': '"find"', '"caption"': '"object-detection", "drawing": true' },
  },
  { file: "later-wait", id: "broken", changes: { "/street.jpg": "/broken.jpg" } },
  { file: "later-wait", id: "impatient", changes: { ...never, '"waitMinutes": 30': '"waitMinutes": 0.03' } },
  { file: "later-job", id: "as-it-is", changes: { ...never, '"jobMinutes": 10': '"jobMinutes": 0' } },
  { file: "later-job", id: "unknown", changes: { "={{ $json.id }}": "job_0000000000000000000000" } },
  { file: "cancel-job", changes: never },
];

let [n8n, api, files]: [N8n?, Server?, FileServer?] = [];
let street: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  [n8n, api, files, street] = await Promise.all([
    openN8n(),
    startServer({ port: 0, variables: { ALLOW_HTTP_IMAGES: "true" } }),
    startFiles(),
    readFile(join(root, "test/pictures/street.jpg")),
  ]);
  await importCredentials(n8n, { florenceEdge0001: { baseUrl: api.url.origin, apiKey: "" } });
  await importWorkflows(n8n, { files: files.origin, api: api.url.origin }, workflows);
});
afterAll(async () => {
  files?.stop();
  await Promise.all([n8n?.stop(), api?.stop()]);
});

const Answer = z.record(z.string(), z.unknown());

/** What `/v1` itself says of the picture. */
async function own(path: string): Promise<z.infer<typeof Answer>> {
  const init = { method: "POST", headers: { "content-type": "image/jpeg" }, body: street };
  return Answer.parse(await (await fetch(new URL(`/v1/${path}`, api?.url), init)).json());
}

async function run(id: string) {
  if (n8n === undefined) throw new Error("n8n is not there.");
  const { status, error, outputs } = await execute(n8n, id);
  const [items = []] = outputs;
  return { status, error, items, answers: items.map(({ json }) => json) };
}

describe("in n8n, an answer that comes later", () => {
  it("is waited for, and is the same answer", async () => {
    const { status, answers, items } = await run("later-wait");
    expect([status, answers]).toEqual(["success", [await own("caption?format=flat")]]);
    expect(items[0]?.pairedItem?.item).toBe(0);
  });

  it("can be one item for each object", async () => {
    expect((await run("by-object")).answers).toEqual((await own("object-detection"))["objects"]);
  });

  it("can have a drawing", async () => {
    expect((await run("drawing")).items[0]?.binary?.["drawing"]?.mimeType).toBe("image/svg+xml");
  });

  it("that is a problem is the error of a direct question", async () => {
    const init = { method: "POST", headers: { "content-type": "application/json" } };
    const body = JSON.stringify({ image: `${files?.origin}/broken.jpg` });
    const direct = await fetch(new URL("/v1/caption", api?.url), { ...init, body });
    const { title, fix } = z.looseObject({ title: z.string(), fix: z.string() }).parse(await direct.json());
    const { error } = await run("broken");
    expect([error?.message, error?.httpCode]).toEqual([title, String(direct.status)]);
    expect(error?.description).toContain(fix);
  });

  it("is not waited for longer than was chosen, and its job is named", async () => {
    const { status, error } = await run("impatient");
    expect([status, error?.message]).toEqual(["error", "The job has not ended yet"]);
    expect(error?.description).toMatch(/^job_\w{22} goes on\./u);
  });
});

describe("in n8n, a job", () => {
  it("is got when it has ended, with the answer", async () => {
    const [job] = (await run("later-job")).answers;
    expect(job).toMatchObject({ status: "succeeded", task: "caption", result: await own("caption?format=flat") });
  });

  it("is got as it is", async () => {
    const [job] = z.array(z.object({ status: z.string(), result: z.null() })).parse((await run("as-it-is")).answers);
    expect(job?.status).toMatch(/^(?:queued|running)$/u);
  });

  it("is cancelled", async () => {
    expect((await run("cancel-job")).answers).toMatchObject([{ status: "cancelled", problem: null }]);
  });

  it("that does not exist is the API's problem", async () => {
    const { error } = await run("unknown");
    expect(error?.description).toContain("unknown-job");
    expect(error?.httpCode).toBe("404");
  });
});
