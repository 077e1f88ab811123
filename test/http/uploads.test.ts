import { describe, expect, it } from "vitest";
import { MAX_UPLOAD_BYTES, PreparedUpload } from "../../src/contract/uploads.ts";
import { createPaidWorld } from "../support/paid-app.ts";
import { fakeAnswer, fakeApp } from "../support/fake-service.ts";
import { memoryUploads } from "../support/memory-uploads.ts";
import { sampleImage } from "../support/sample-images.ts";

const ORIGIN = "https://florence.test";
const jpeg = sampleImage("street.jpg");

type App = ReturnType<typeof fakeApp>["app"];
type Headers = Readonly<Record<string, string>>;

async function prepare(app: App, headers: Headers = {}): Promise<PreparedUpload> {
  const response = await app.request(`${ORIGIN}/v1/uploads`, { method: "POST", headers });
  expect(response.status).toBe(201);
  return PreparedUpload.parse(await response.json());
}

function put(app: App, url: string, body: BodyInit | undefined, headers: Headers = {}) {
  return app.request(url, { method: "PUT", ...(body !== undefined && { body }), headers });
}

const sized = (bytes: Uint8Array): Headers => ({ "content-length": String(bytes.length) });

function uploadApp() {
  const world = memoryUploads();
  return { ...world, ...fakeApp({}, { uploads: world.uploads }) };
}

describe("POST /v1/uploads", () => {
  it("answers a handle, and the address of this server", async () => {
    const { app } = uploadApp();
    const prepared = await prepare(app);
    expect(prepared).toMatchObject({ expires_in: 3600, max_bytes: 10_485_760 });
    const start = `${ORIGIN}/v1/uploads/${prepared.image}?signature=`;
    expect(prepared.put_url.slice(0, start.length)).toBe(start);
    expect(prepared.curl).toBe(`curl -T FILE '${prepared.put_url}'`);
  });

  it.each([
    ["a file", "any bytes", {}, 400, "invalid-request"],
    ["an object with members", '{"a":1}', { "content-type": "application/json" }, 400, "invalid-request"],
    ["another coding", "a", { "content-encoding": "br" }, 415, "unsupported-content-encoding"],
  ])("refuses %s", async (_, body, headers, status, code) => {
    const { app } = uploadApp();
    const response = await app.request("/v1/uploads", { method: "POST", body, headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it("takes an empty object, as clients that always send JSON do", async () => {
    const { app } = uploadApp();
    expect((await app.request("/v1/uploads", { method: "POST", body: "{}" })).status).toBe(201);
  });

  it("says how uploads are turned on, where they are off", async () => {
    const { app } = fakeApp();
    for (const [method, path] of [
      ["POST", "/v1/uploads"],
      ["PUT", `/v1/uploads/upload_${"a".repeat(48)}`],
    ] as const) {
      const response = await app.request(path, { method });
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: "uploads-unavailable" });
    }
  });

  it("needs a key where answers need one, and costs nothing", async () => {
    const { isolate, open } = createPaidWorld();
    const account = await open(0);
    const { app } = isolate({ more: { uploads: memoryUploads().uploads } });
    const refused = await app.request("/v1/uploads", { method: "POST" });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ code: "key-missing" });
    await prepare(app, { authorization: `Bearer ${account.key}` });
    expect(account.entries()).toEqual([]);
  });
});

describe("PUT /v1/uploads/{upload}", () => {
  it("stores the file under any content type", async () => {
    const { app, uploads } = uploadApp();
    const { image, put_url: url } = await prepare(app);
    const response = await put(app, url, jpeg, { ...sized(jpeg), "content-type": "text/plain" });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ image, bytes: jpeg.length });
    expect(await uploads.read(image, "")).toEqual(jpeg);
  });

  it.each([
    ["a file that is too large", jpeg, { "content-length": String(MAX_UPLOAD_BYTES + 1) }, 413, "body-too-large"],
    ["no length", jpeg, {}, 411, "length-required"],
    ["no file", undefined, { "content-length": "0" }, 400, "image-required"],
    ["a length that is none", jpeg, { "content-length": "a" }, 411, "length-required"],
    ["a compressed file", jpeg, { ...sized(jpeg), "content-encoding": "gzip" }, 400, "invalid-content-encoding"],
    ["another coding", jpeg, { ...sized(jpeg), "content-encoding": "br" }, 415, "unsupported-content-encoding"],
  ])("refuses %s", async (_, body, headers: Headers, status, code) => {
    const { app, files } = uploadApp();
    const { put_url: url } = await prepare(app);
    const response = await put(app, url, body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
    expect(files.size).toBe(1);
  });

  it("refuses an address that was not given out", async () => {
    const { app } = uploadApp();
    const { put_url: url } = await prepare(app);
    const other = await prepare(app);
    const { searchParams } = new URL(other.put_url);
    const mixed = new URL(url);
    mixed.searchParams.set("signature", searchParams.get("signature") ?? "");
    for (const wrong of [mixed.href, url.slice(0, url.indexOf("?"))]) {
      const response = await put(app, wrong, jpeg, sized(jpeg));
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: "upload-signature-invalid" });
    }
    const unknown = await put(app, `${ORIGIN}/v1/uploads/upload_1?signature=a`, jpeg, sized(jpeg));
    expect(await unknown.json()).toMatchObject({ code: "unknown-upload", status: 404 });
  });

  it("ends when the hour is over", async () => {
    const { app, clock } = uploadApp();
    const { put_url: url } = await prepare(app);
    clock.nowMs += 3_600_000;
    const response = await put(app, url, jpeg, sized(jpeg));
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({ code: "upload-expired" });
  });

  it("says that the time for the file was over", async () => {
    const world = memoryUploads();
    const { app } = fakeApp({}, { uploads: world.uploads, timeout: () => AbortSignal.abort(new Error("over")) });
    const { put_url: url } = await prepare(app).catch(() => Promise.reject(new Error("not prepared")));
    const response = await put(app, url, jpeg, sized(jpeg));
    expect(response.status).toBe(408);
  });

  it("says that the storage failed", async () => {
    const world = memoryUploads();
    const uploads = world.create({ put: () => Promise.reject(new Error("R2 is away.")) });
    const { app } = fakeApp({}, { uploads });
    const { put_url: url } = await prepare(app);
    const response = await put(app, url, jpeg, sized(jpeg));
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: "storage-unavailable" });
  });

  it("may be called from any page", async () => {
    const headers = { origin: "https://page.test", "access-control-request-method": "PUT" };
    const response = await uploadApp().app.request("/v1/uploads/a", { method: "OPTIONS", headers });
    expect(response.headers.get("access-control-allow-methods")).toContain("PUT");
  });
});

const handle = `upload_${"a".repeat(48)}`;
const json = { "content-type": "application/json" };
const form = new FormData();
form.append("image", handle);

describe("a handle as the image", () => {
  it.each<[string, RequestInit]>([
    ["a string", { body: JSON.stringify({ image: handle }), headers: json }],
    ["an object", { body: JSON.stringify({ image: { upload: handle } }), headers: json }],
    ["a form's field", { body: form }],
    ["a field", { body: new URLSearchParams({ image: handle }) }],
  ])("is taken as %s", async (_, init) => {
    const { app, requests } = fakeApp();
    const response = await app.request("/v1/caption", { method: "POST", ...init });
    expect(await response.json()).toEqual(fakeAnswer);
    expect(requests).toMatchObject([{ image: { kind: "upload", handle } }]);
  });

  it("is refused as an object if it is none", async () => {
    const { app } = fakeApp();
    const body = JSON.stringify({ image: { upload: "a" } });
    const response = await app.request("/v1/caption", { method: "POST", body, headers: json });
    expect(await response.json()).toMatchObject({ code: "invalid-request", issues: [{ path: "image.upload" }] });
  });
});
