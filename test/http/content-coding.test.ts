import * as fc from "fast-check";
import { Deflate, deflate, deflateRaw, gzip, Z_FULL_FLUSH } from "pako";
import { describe, expect, it } from "vitest";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { MAX_BODY_BYTES, readBody } from "../../src/http/body.ts";
import { ACCEPTED_CODINGS, inflate, INFLATED_CHUNK_BYTES, MAX_GZIP_MEMBERS } from "../../src/http/content-coding.ts";
import { fakeApp } from "../support/fake-service.ts";
import { joinBytes } from "../support/image-bytes.ts";

const json = JSON.stringify({ image: "QUJD", beams: 2 });
const utf8 = (text: string) => new TextEncoder().encode(text);

async function post(coding: string, body: BodyInit, path = "/v1/caption", type = "application/json") {
  const { app, requests } = fakeApp();
  const headers = { "content-type": type, "content-encoding": coding };
  const init = { method: "POST", body, headers, duplex: "half" };
  return { response: await app.request(path, init), requests };
}

async function problemOf(coding: string, body: BodyInit) {
  const { response, requests } = await post(coding, body);
  expect(requests).toEqual([]);
  const { code, status } = ProblemDetails.parse(await response.json());
  return { code, status, accepted: response.headers.get("accept-encoding") };
}

/** Yields bytes in pieces of a length. */
async function* inPieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function inflated(bytes: Uint8Array, coding: "gzip" | "deflate", length = bytes.length): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of inflate(inPieces(bytes, length), coding)) chunks.push(chunk);
  expect(chunks.slice(0, -1).every((chunk) => chunk.length === INFLATED_CHUNK_BYTES)).toBe(true);
  return joinBytes(...chunks);
}

describe("a compressed body", () => {
  // amplitude/Amplitude-Swift#370, decolua/9router#2669.
  it.each([
    ["gzip", gzip(utf8(json))],
    ["x-gzip", gzip(utf8(json))],
    ["GZIP", gzip(utf8(json))],
    ["identity, gzip", gzip(utf8(json))],
    ["deflate", deflate(utf8(json))],
    // Without zlib's wrapper, as .NET's DeflateStream writes.
    ["deflate", deflateRaw(utf8(json))],
    ["gzip", joinBytes(gzip(utf8(json.slice(0, 9))), gzip(utf8(json.slice(9))))],
    ["identity", utf8(json)],
    ["", utf8(json)],
  ])("is decompressed: %s", async (coding, body) => {
    expect((await post(coding, new Uint8Array(body))).requests).toMatchObject([{ options: { beams: 2 } }]);
  });

  it("may be an image, a form, or a request for several tasks", async () => {
    const image = Uint8Array.of(0xff, 0xd8, 0xff, 1);
    expect((await post("gzip", gzip(image), "/v1/caption", "image/jpeg")).requests[0]?.image).toEqual({
      kind: "bytes",
      bytes: image,
    });
    const form = utf8('--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nABC\r\n--x--');
    const sent = await post("deflate", deflate(form), "/v1/caption", "multipart/form-data; boundary=x");
    expect(sent.requests).toHaveLength(1);
    const batch = utf8(JSON.stringify({ items: [{ task: "caption", image: "QUJD" }] }));
    expect((await post("gzip", gzip(batch), "/v1/batch")).response.status).toBe(200);
  });

  it("is decompressed in pieces of any length", async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    const formats = fc.constantFrom(["gzip", gzip], ["deflate", deflate], ["deflate", deflateRaw] as const);
    await fc.assert(
      fc.asyncProperty(bytes, formats, fc.integer({ min: 1, max: 40 }), async (data, [coding, compress], length) => {
        expect([...(await inflated(compress(data), coding, length))]).toEqual([...data]);
      }),
    );
    const long = new Uint8Array(5 * INFLATED_CHUNK_BYTES).map((_, index) => (index * index) >> 7);
    expect(await inflated(gzip(long), "gzip", 1000)).toEqual(long);
    expect(await inflated(gzip(long.subarray(0, INFLATED_CHUNK_BYTES)), "gzip")).toEqual(
      long.subarray(0, INFLATED_CHUNK_BYTES),
    );
  });
});

describe("a body is refused", () => {
  it.each(["br", "zstd", "compress", "gzip, gzip", "gzip, br", "any", "aws-chunked", "gzip;q=1"])(
    "with the coding %s, and the response names the supported ones",
    async (coding) => {
      const accepted = ACCEPTED_CODINGS;
      expect(await problemOf(coding, gzip(utf8(json)))).toEqual({
        code: "unsupported-content-encoding",
        status: 415,
        accepted,
      });
    },
  );

  const whole = gzip(utf8(json.repeat(50)));
  const wrongChecksum = whole.slice();
  wrongChecksum[whole.length - 6] = (whole.at(-6) ?? 0) ^ 1;
  it.each([
    ["gzip", utf8(json)],
    ["gzip", new Uint8Array()],
    ["gzip", Uint8Array.of(31)],
    ["gzip", whole.slice(0, -1)],
    ["gzip", whole.slice(0, 30)],
    ["gzip", wrongChecksum],
    ["gzip", joinBytes(whole, utf8("more"))],
    ["gzip", deflate(utf8(json))],
    ["deflate", joinBytes(deflate(utf8(json)), Uint8Array.of(0))],
    ["deflate", deflate(utf8(json)).slice(0, -2)],
    ["deflate", utf8("\u0007hello")],
  ])("if it is damaged or not compressed: %s", async (coding, body) => {
    expect(await problemOf(coding, new Uint8Array(body))).toEqual({
      code: "invalid-content-encoding",
      status: 400,
      accepted: null,
    });
  });

  it("with more gzip members than the limit", async () => {
    const member = gzip(new Uint8Array());
    const members = (count: number) => joinBytes(...Array.from({ length: count }, () => member));
    expect(await inflated(members(MAX_GZIP_MEMBERS), "gzip")).toHaveLength(0);
    await expect(inflated(members(MAX_GZIP_MEMBERS + 1), "gzip")).rejects.toMatchObject({
      code: "invalid-content-encoding",
    });
  });

  it("with more bytes than a body may have, counted decompressed", async () => {
    for (const more of [0, 1]) {
      const { response } = await post("gzip", gzip(new Uint8Array(MAX_BODY_BYTES + more)), "/v1/caption", "image/png");
      expect(response.status).toBe(more === 0 ? 200 : 413);
    }
  });

  it("with more bytes than a body may have, counted compressed", async () => {
    // Blocks without data: they decompress to nothing.
    const empty = Uint8Array.of(0, 0, 0, 0xff, 0xff);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 5 * 2 ** 16;
        controller.enqueue(joinBytes(...Array.from({ length: 2 ** 16 }, () => empty)));
      },
    });
    expect((await post("deflate", body)).response.status).toBe(413);
    expect(sent).toBeLessThan(MAX_BODY_BYTES + 2 * 5 * 2 ** 16);
  });
});

describe("a decompression bomb", () => {
  /** A block of deflate data that becomes 1 MiB of zeros; it can be repeated. */
  const block = (() => {
    const deflater = new Deflate({ raw: true });
    const chunks: Uint8Array[] = [];
    deflater.onData = (chunk) => void chunks.push(chunk);
    deflater.push(new Uint8Array(2 ** 20), Z_FULL_FLUSH);
    return joinBytes(...chunks);
  })();

  /** A body without end, and how many of its blocks were read. */
  function bomb() {
    let blocks = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull: (controller) => {
          blocks += 1;
          controller.enqueue(block);
        },
      },
      { highWaterMark: 0 },
    );
    return { body, blocks: () => blocks };
  }

  it("is read no further than the limit", async () => {
    const { body, blocks } = bomb();
    expect(block.length).toBeLessThan(1200);
    expect(await problemOf("deflate", body)).toMatchObject({ code: "body-too-large", status: 413 });
    expect(blocks()).toBeLessThanOrEqual(MAX_BODY_BYTES / 2 ** 20 + 2);
  });

  it("in one piece is decompressed no further than the limit", async () => {
    const bytes = joinBytes(...Array.from({ length: 2 ** 12 }, () => block));
    let length = 0;
    for await (const chunk of inflate(inPieces(bytes, bytes.length), "deflate")) {
      expect(chunk.length).toBeLessThanOrEqual(INFLATED_CHUNK_BYTES);
      length += chunk.length;
      if (length > MAX_BODY_BYTES) break;
    }
    expect(length).toBe(MAX_BODY_BYTES + INFLATED_CHUNK_BYTES);
    const request = new Request("https://api.test", {
      method: "POST",
      body: bytes,
      headers: { "content-encoding": "deflate" },
    });
    await expect(readBody(request)).rejects.toMatchObject({ code: "body-too-large" });
  });
});
