import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { latin1 } from "../support/text-bytes.ts";
import { fakeApp } from "../support/fake-service.ts";

async function post(path: string, body: string | Uint8Array<ArrayBuffer>, type: string | undefined) {
  const { app, requests, logged } = fakeApp();
  // A Blob without a type sends no content type; a string would send text/plain.
  const init = { method: "POST", body: typeof body === "string" ? new Blob([body]) : body };
  const response = await app.request(path, {
    ...init,
    ...(type === undefined ? {} : { headers: { "content-type": type } }),
  });
  return { response, requests, logged };
}

async function problemOf(path: string, body: string | Uint8Array<ArrayBuffer>, type: string | undefined) {
  const { response, requests } = await post(path, body, type);
  expect(requests).toEqual([]);
  return ProblemDetails.parse(await response.json());
}

/** The first bytes of files: of the accepted formats, and of others that the problem names. */
const images = [
  "\xff\xd8\xff\xe0",
  "\x89PNG\r\n\x1a\n",
  "RIFF\x04\0\0\0WEBP",
  "GIF89a",
  "\0\0\0\x1cftypavif",
  "BM",
].map(latin1);

describe("an image", () => {
  // element-hq/element-x-android#7449, edgi-govdata-archiving/web-monitoring-diff#190, carrierwave#761, n8n-io/n8n#5894; the last three are
  // defaults of HTTP clients, and the form has no boundary.
  it.each([
    "image/*",
    "image/jpg",
    "image/svg+xml",
    "IMAGE/PNG; q=1",
    "*/*",
    "binary/octet-stream",
    "application/octet-stream",
    "application/binary",
    "application/x-binary",
    "text/plain",
    "text/plain; charset=utf-8",
    "video/mp4",
    "image",
    ";",
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    undefined,
  ])("may have any content type, since its bytes tell what it is: %s", async (type) => {
    for (const bytes of images) {
      const { requests } = await post("/v1/caption?beams=2", bytes, type);
      expect(requests).toEqual([{ task: "caption", image: { kind: "bytes", bytes }, options: { beams: 2 } }]);
    }
  });

  it("may have a content type of any characters", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme-ascii" }), fc.constantFrom(...images), async (type, bytes) => {
        expect((await post("/v1/caption", bytes, type)).requests).toHaveLength(1);
      }),
    );
  });

  it("without bytes is a missing image, whatever its content type", async () => {
    for (const type of ["image/png", "text/plain", undefined]) {
      // The service finds that the image is empty.
      expect((await post("/v1/caption", "", type)).requests).toMatchObject([{ image: { bytes: new Uint8Array() } }]);
    }
  });
});

describe("a JSON body", () => {
  const body = JSON.stringify({ image: "QUJD", beams: 2 });

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    "text/json",
    "application/vnd.api+json",
    "Application/JSON;odata=verbose",
  ])("may have the content type %s", async (type) => {
    expect((await post("/v1/caption", body, type)).requests).toMatchObject([{ options: { beams: 2 } }]);
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "image/jpeg",
    "application/octet-stream",
    "*/*",
    undefined,
  ])("with the content type %s is refused with a problem that names JSON", async (type) => {
    for (const path of ["/v1/caption", "/v1/batch", "/v1/analyze"]) {
      const { code, detail } = await problemOf(path, body, type);
      expect([code, detail]).toEqual(["unsupported-media-type", expect.stringContaining("application/json")]);
    }
  });
});

describe("a form without a file", () => {
  const type = "application/x-www-form-urlencoded";

  it("has its fields spelled as in the query", async () => {
    const body = "image=https%3A%2F%2Fexample.com%2Fa.jpg&labels=cat&labels=a+dog&beams=\n";
    const { requests } = await post("/v1/open-vocabulary-detection?beams=3", body, type);
    expect(requests).toEqual([
      {
        task: "open-vocabulary-detection",
        image: { kind: "url", url: "https://example.com/a.jpg" },
        options: { labels: ["cat", "a dog"], beams: 3 },
      },
    ]);
  });

  it.each([
    ["beams=2", "image-required"],
    ["image=QUJD&threshold=1", "invalid-request"],
    ["image=QUJD&beams=%FF", "invalid-request"],
    ["https://example.com/a.jpg?b=1", "unsupported-media-type"],
    ["--B\r\nContent-Disposition: form-data; name=a\r\n", "unsupported-media-type"],
    ["hello", "unsupported-media-type"],
    ["\0\xff=", "unsupported-media-type"],
  ])("is refused if it is none, or invalid: %j", async (body, code) => {
    expect((await problemOf("/v1/caption", latin1(body), type)).code).toBe(code);
  });
});

describe("any other body", () => {
  it.each([
    ["text/plain", "hello", "text/plain"],
    ["text/plain", "data:image/png;base64,QUJD", "JSON"],
    ["text/plain", "https://example.com/a.jpg", "JSON"],
    ["text/plain", "image=https://example.com/a.jpg", "application/x-www-form-urlencoded"],
    ["multipart/mixed; boundary=B", "--B\r\n\r\nABC\r\n--B--", "multipart/form-data"],
    ["application/xml", "<image/>", "application/xml"],
    [undefined, "hello", "no content type"],
  ])("is refused, and the problem says what it looks like: %s %j", async (type, body, said) => {
    const { code, detail } = await problemOf("/v1/caption", body, type);
    expect([code, detail]).toEqual(["unsupported-media-type", expect.stringContaining(said)]);
  });

  it("called an image is refused as an image of no known format", async () => {
    expect((await post("/v1/caption", "hello", "image/*")).requests).toHaveLength(1);
  });

  it("cannot make the problem long", async () => {
    const { detail } = await problemOf("/v1/caption", "hello", `text/${"a".repeat(5000)}`);
    expect(detail.length).toBeLessThan(500);
  });
});
