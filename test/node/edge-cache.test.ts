import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../../tools/bundle.ts";
import { root, type Server, serve } from "../../tools/serve.ts";

let server: Server | undefined;
let picture: Uint8Array<ArrayBuffer> = new Uint8Array();
beforeAll(async () => {
  picture = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
  server = await serve(await bundle(), { port: 0 });
}, 60_000);
afterAll(() => server?.stop());

async function ask(task: string, headers: Readonly<Record<string, string>> = {}) {
  const url = new URL(`/v1/${task}`, server?.url);
  const response = await fetch(url, {
    method: "POST",
    body: picture,
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
  it("answers the same picture again without the model, and says so", async () => {
    const first = await ask("caption");
    const second = await ask("caption");
    expect([first.cache, second.cache]).toEqual(["florence-edge; fwd=miss; stored", "florence-edge; hit"]);
    expect([second.text, second.etag]).toEqual([first.text, first.etag]);
  });

  it("says how long each stage took, and of the model only where it was asked", async () => {
    const headers = { "cache-control": "no-cache" };
    const [made, found] = [await ask("caption", headers), await ask("caption")];
    expect(made.stages).toEqual(["intake", "cache", "generate", "queue", "encode", "decode", "parse"]);
    expect(found.stages).toEqual(["intake", "cache", "parse"]);
  });

  it("sends nothing to who has the answer", async () => {
    const { etag } = await ask("caption");
    const again = await ask("caption", { "if-none-match": etag ?? "" });
    expect([again.status, again.text, again.cache]).toEqual([304, "", "florence-edge; hit"]);
  });

  it("asks nobody where only the cache may answer", async () => {
    const answer = await ask("ocr", { "cache-control": "only-if-cached" });
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([504, { code: "not-cached" }]);
  });

  it("makes an answer anew for who wants it so, and keeps nothing for who does not", async () => {
    await ask("region-proposal", { "cache-control": "no-store" });
    expect((await ask("region-proposal")).cache).toBe("florence-edge; fwd=miss; stored");
    expect((await ask("region-proposal", { "cache-control": "no-cache" })).cache).toBe(
      "florence-edge; fwd=request; stored",
    );
  });

  it("asks the model once for 200 equal requests", async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask("detailed-caption")));
    expect(answers.filter(({ cache }) => cache?.endsWith("stored"))).toHaveLength(1);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  });

  it("knows of several tasks at once those that were asked before", async () => {
    await ask("caption");
    const image = Buffer.from(picture).toString("base64");
    const body = JSON.stringify({
      image,
      tasks: [{ task: "caption" }, { task: "dense-region-caption" }, { task: "vqa" }],
    });
    const headers = { "content-type": "application/json" };
    const response = await fetch(new URL("/v1/analyze", server?.url), { method: "POST", body, headers });
    const { results } = await response.json();
    const [caption, regions, unknown] = results;
    expect(caption).toMatchObject({ task: "caption", status: "ok", answer: JSON.parse((await ask("caption")).text) });
    expect([regions.answer.type, unknown.problem.code]).toEqual(["boxes", "unknown-task"]);
    expect((await ask("dense-region-caption")).cache).toBe("florence-edge; hit");
  });

  it("keeps what was written in KV, under a key that tells nothing", async () => {
    await ask("caption");
    const keys = await server?.cachedKeys();
    expect(keys?.every((key) => /^generation:[0-9a-f]{64}$/u.test(key))).toBe(true);
    expect(keys?.length).toBeGreaterThan(0);
  });
});
