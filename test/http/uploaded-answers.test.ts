import { describe, expect, it } from "vitest";
import type { Hono } from "hono";
import { encodeBase64 } from "../../src/inference/protocol/base64.ts";
import { PreparedUpload } from "../../src/contract/uploads.ts";
import { createPaidWorld } from "../support/paid-app.ts";
import { memoryUploads } from "../support/memory-uploads.ts";
import { sampleImage } from "../support/sample-images.ts";

const jpeg = sampleImage("street.jpg");

/** The whole flow with accounts and uploads, and an account. */
async function uploadWorld() {
  const { isolate, open, world } = createPaidWorld();
  const memory = memoryUploads();
  const { app } = isolate({ more: { uploads: memory.uploads } });
  const ask = (key: string, path: string, body: object) =>
    app.request(path, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    });
  return { app, open, world, ask, ...memory };
}

async function upload(app: Hono, key: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const prepared = await app.request("https://florence.test/v1/uploads", {
    method: "POST",
    headers: { authorization: `Bearer ${key}` },
  });
  const { image, put_url: url } = PreparedUpload.parse(await prepared.json());
  await app.request(url, { method: "PUT", body: bytes, headers: { "content-length": String(bytes.length) } });
  return image;
}

describe("an answer about an upload", () => {
  it("is the answer about its bytes, from the same cache, and paid once", async () => {
    const { app, open, ask, world } = await uploadWorld();
    const account = await open(100_000);
    const image = await upload(app, account.key, jpeg);
    const first = await ask(account.key, "/v1/caption", { image });
    const second = await ask(account.key, "/v1/caption", { image: encodeBase64(jpeg) });
    expect(await first.text()).toBe(await second.text());
    expect(second.headers.get("etag")).toBe(first.headers.get("etag"));
    expect(second.headers.get("cache-status")).toMatch(/hit/u);
    expect(world.requests).toHaveLength(1);
    expect(account.entries()).toHaveLength(1);
  });

  it("is given by analyze and batch, whose items share the file", async () => {
    const { app, open, ask, calls } = await uploadWorld();
    const { key } = await open(100_000);
    const image = await upload(app, key, jpeg);
    const reads = () => calls.filter((name) => name === "get").length;
    const before = reads();
    const items = [
      { task: "caption", image },
      { task: "ocr", image },
    ];
    const responses = [
      await ask(key, "/v1/analyze", { image, tasks: [{ task: "caption" }] }),
      await ask(key, "/v1/batch", { items }),
    ];
    for (const response of responses) {
      const { results } = Object(await response.json());
      expect(results.map(({ status }: { status: string }) => status)).not.toContain("error");
    }
    expect(reads() - before).toBe(2);
  });

  it.each([
    ["no image", new Uint8Array([1, 2, 3]), 415, "unsupported-image"],
    ["half an image", jpeg.slice(0, 200), 422, "image-corrupt"],
  ])("is refused if the file is %s", async (_, bytes, status, code) => {
    const { app, open, ask } = await uploadWorld();
    const account = await open(100_000);
    const response = await ask(account.key, "/v1/caption", { image: await upload(app, account.key, bytes) });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
    expect(account.entries()).toEqual([]);
  });

  it("is refused to another account, before the file is there, and after its hour", async () => {
    const { app, open, ask, clock } = await uploadWorld();
    const [account, other] = [await open(100_000), await open(100_000)];
    const image = await upload(app, account.key, jpeg);
    const codeOf = async (key: string, handle: string) =>
      Object(await (await ask(key, "/v1/caption", { image: handle })).json()).code;
    expect(await codeOf(other.key, image)).toBe("unknown-upload");
    const { uploads } = memoryUploads();
    expect(await codeOf(account.key, (await uploads.prepare(account.id)).handle)).toBe("unknown-upload");
    const prepared = await app.request("/v1/uploads", {
      method: "POST",
      headers: { authorization: `Bearer ${account.key}` },
    });
    expect(await codeOf(account.key, PreparedUpload.parse(await prepared.json()).image)).toBe("upload-empty");
    clock.nowMs += 3_600_000;
    expect(await codeOf(account.key, image)).toBe("upload-expired");
  });
});
