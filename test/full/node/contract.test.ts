import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FlatAnswer } from "../../../src/contract/forms.ts";
import { EXAMPLES_PATH, requestExamples } from "../../../tools/examples.ts";
import { bundle } from "../../../tools/bundle.ts";
import { root, serve, type Server } from "../../../tools/serve.ts";

let server: Server;
beforeAll(async () => {
  server = await serve(await bundle(), { port: 0, variables: { ALLOW_HTTP_IMAGES: "true" } });
}, 60_000);
afterAll(() => server.stop());

it("the document's examples equal the Worker's answers; `npm run docs` regenerates them", async () => {
  expect(await requestExamples(server.url)).toEqual(JSON.parse(await readFile(EXAMPLES_PATH, "utf8")));
}, 120_000);

/** Returns the items that n8n's HTTP Request node makes of a response: one for each element of a list, else one. */
async function itemsOf(path: string, type: string, body: BodyInit): Promise<readonly Record<string, unknown>[]> {
  const response = await fetch(new URL(path, server.url), { method: "POST", headers: { "content-type": type }, body });
  const json: unknown = await response.json();
  return Array.isArray(json) ? json : [Object(json)];
}

describe("a no-code tool's HTTP block", () => {
  const street = readFile(join(root, "test/pictures/street.jpg"));

  it.each(["image/jpeg", "application/octet-stream"])("sends a file as %s and gets one flat item", async (type) => {
    const items = await itemsOf("/v1/object-detection?format=flat", type, await street);
    expect(items).toMatchObject([{ object_count: 4, labels: "snail,snail,truck,truck", first_label: "snail" }]);
    expect(FlatAnswer.parse(items[0])).toEqual(items[0]);
    for (const value of Object.values(items[0] ?? {})) expect(["string", "number"]).toContain(typeof value);
  });

  it("sends a URL and gets the same item as for the file", async () => {
    const imageServer = createServer((_, response) => void street.then((bytes) => response.end(bytes)));
    await once(imageServer.listen(0, "127.0.0.1"), "listening");
    const address = imageServer.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const body = JSON.stringify({ image: `http://127.0.0.1:${port}/street.jpg` });
    const items = await itemsOf("/v1/caption?format=flat", "application/json", body);
    expect(items).toEqual(await itemsOf("/v1/caption?format=flat", "image/jpeg", await street));
    expect(items).toMatchObject([{ text: expect.stringMatching(/truck/u) }]);
    imageServer.close();
  });

  it("sends a form with a file, as Make does, or base64 in JSON, as Retool does, and gets the same item", async () => {
    const bytes = await street;
    const form = new FormData();
    form.append("image", new Blob([Uint8Array.from(bytes)]), "street.jpg");
    const url = new URL("/v1/object-detection?format=flat", server.url);
    const sent = await fetch(url, { method: "POST", body: form });
    const expected = await itemsOf("/v1/object-detection?format=flat", "image/jpeg", bytes);
    expect([await sent.json()]).toEqual(expected);
    const json = JSON.stringify({ image: bytes.toString("base64") });
    expect(await itemsOf("/v1/object-detection?format=flat", "application/json", json)).toEqual(expected);
  });

  it("gets the same keys for every task", async () => {
    const paths = ["caption", "ocr-with-region", "object-detection"].map((task) => `/v1/${task}?format=flat`);
    const keys: string[][] = [];
    for (const path of paths) keys.push(Object.keys((await itemsOf(path, "image/jpeg", await street))[0] ?? {}));
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
  });

  it("can split the objects into one item each", async () => {
    const [answer] = await itemsOf("/v1/object-detection", "image/jpeg", await street);
    expect(answer?.["objects"]).toMatchObject([
      { label: "snail", box: { x1: expect.any(Number) } },
      { label: "snail" },
      { label: "truck" },
      { label: "truck" },
    ]);
  });

  it("gets a problem as one item", async () => {
    const items = await itemsOf("/v1/object-detection?format=flat", "image/jpeg", "no picture");
    expect(items).toMatchObject([{ code: "unsupported-image", retryable: false, fix: expect.any(String) }]);
  });
});
