import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../../tools/bundle.ts";
import { root, type Server, serve } from "../../tools/serve.ts";

let server: Server | undefined;
let image: Uint8Array<ArrayBuffer> = new Uint8Array();
beforeAll(async () => {
  image = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
  server = await serve(await bundle(), { port: 0 });
}, 60_000);
afterAll(() => server?.stop());

async function send(task: string, headers: Readonly<Record<string, string>> = {}) {
  const url = new URL(`/v1/${task}`, server?.url);
  const response = await fetch(url, {
    method: "POST",
    body: image,
    headers: { "content-type": "image/jpeg", ...headers },
  });
  const text = await response.text();
  return {
    status: response.status,
    text,
    cache: response.headers.get("cache-status"),
    etag: response.headers.get("etag"),
    stages: [...(response.headers.get("server-timing") ?? "").matchAll(/(\w+);dur=\d+\.\d/gu)].map(([, name]) => name),
  };
}

describe("the Worker's cache", () => {
  it("returns a stored answer for the same image, and reports the hit in Cache-Status", async () => {
    const first = await send("caption");
    const second = await send("caption");
    expect([first.cache, second.cache]).toEqual(["florence-edge; fwd=miss; stored", "florence-edge; hit"]);
    expect([second.text, second.etag]).toEqual([first.text, first.etag]);
  });

  it("reports the duration of each stage, and of the model's stages only when the model runs", async () => {
    const headers = { "cache-control": "no-cache" };
    const [generated, cached] = [await send("caption", headers), await send("caption")];
    expect(generated.stages).toEqual(["intake", "cache", "generate", "queue", "encode", "decode", "parse"]);
    expect(cached.stages).toEqual(["intake", "cache", "parse"]);
  });

  it("returns 304 without a body when the ETag matches", async () => {
    const { etag } = await send("caption");
    const again = await send("caption", { "if-none-match": etag ?? "" });
    expect([again.status, again.text, again.cache]).toEqual([304, "", "florence-edge; hit"]);
  });

  it("returns 504 for only-if-cached when the answer is not stored", async () => {
    const answer = await send("ocr", { "cache-control": "only-if-cached" });
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([504, { code: "not-cached" }]);
  });

  it("generates a new answer for no-cache, and stores nothing for no-store", async () => {
    await send("region-proposal", { "cache-control": "no-store" });
    expect((await send("region-proposal")).cache).toBe("florence-edge; fwd=miss; stored");
    expect((await send("region-proposal", { "cache-control": "no-cache" })).cache).toBe(
      "florence-edge; fwd=request; stored",
    );
  });

  it("runs the model once for 200 concurrent identical requests", async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => send("detailed-caption")));
    expect(answers.filter(({ cache }) => cache?.endsWith("stored"))).toHaveLength(1);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  });

  it("shares its entries between analyze requests and requests for one task", async () => {
    await send("caption");
    const body = JSON.stringify({
      image: Buffer.from(image).toString("base64"),
      tasks: [{ task: "caption" }, { task: "dense-region-caption" }, { task: "vqa" }],
    });
    const headers = { "content-type": "application/json" };
    const response = await fetch(new URL("/v1/analyze", server?.url), { method: "POST", body, headers });
    const { results } = await response.json();
    const [caption, regions, unknown] = results;
    expect(caption).toMatchObject({ task: "caption", status: "ok", answer: JSON.parse((await send("caption")).text) });
    expect([regions.answer.type, unknown.problem.code]).toEqual(["boxes", "unknown-task"]);
    expect((await send("dense-region-caption")).cache).toBe("florence-edge; hit");
  });

  it("stores generations in KV under keys that contain only a hash", async () => {
    await send("caption");
    const keys = await server?.cachedKeys();
    expect(keys?.every((key) => /^generation:[0-9a-f]{64}$/u.test(key))).toBe(true);
    expect(keys?.length).toBeGreaterThan(0);
  });
});
