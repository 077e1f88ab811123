import { deflate, gzip } from "pako";
import { describe, expect, it } from "vitest";
import { ACCEPTED_CODINGS } from "../../src/http/content-coding.ts";
import { encodeRequest } from "../../src/inference/protocol/binary-extension.ts";
import { readEvents } from "../../src/inference/protocol/sse.ts";
import { MAX_MESSAGE_BYTES } from "../../src/serving/body.ts";
import { valueOf } from "../support/protocol-tensors.ts";
import { errorOf, image, outputsOf, servingApp, street64, texts } from "../support/serving-app.ts";

type Compress = (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;

/** The codings of tritonclient's `request_compression_algorithm` (triton-inference-server/client; kserve/modelmesh-serving#111). */
const compressors: readonly (readonly [string, Compress])[] = [
  ["gzip", gzip],
  ["deflate", deflate],
];

async function post(path: string, body: Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>) {
  const { app } = await servingApp();
  return app.request(`/v2/models/florence2/${path}`, { method: "POST", body, headers });
}

describe("a compressed request to the GPU server", () => {
  it.each(compressors)("with binary tensors is answered: %s", async (coding, compress) => {
    const request = { inputs: [image, texts("prompt", "a")] };
    for (const isBinary of [() => true, () => false]) {
      const message = valueOf(encodeRequest(request, isBinary));
      // Inference-Header-Content-Length counts the JSON as it is before compression.
      const headers = { ...message.headers, "content-encoding": coding };
      const response = await post("infer", compress(message.body), headers);
      expect(await outputsOf(response)).toMatchObject({ token_count: [20] });
    }
  });

  it.each(compressors)("for a stream is answered: %s", async (coding, compress) => {
    const body = new TextEncoder().encode(JSON.stringify({ image: street64, text_input: "a" }));
    const response = await post("generate_stream", compress(body), { "content-encoding": coding });
    const events: string[] = [];
    for await (const { data } of readEvents(new Blob([await response.text()]).stream())) events.push(data);
    expect(JSON.parse(events.at(-1) ?? "{}")).not.toHaveProperty("code");
  });

  it("with another coding is refused, and the response names the supported ones", async () => {
    const response = await post("infer", new Uint8Array(9), { "content-encoding": "br" });
    expect(response.headers.get("accept-encoding")).toBe(ACCEPTED_CODINGS);
    expect(await errorOf(response)).toEqual([415, "unsupported-content-encoding"]);
  });

  it("that is damaged is refused", async () => {
    const response = await post("infer", gzip(new Uint8Array(99)).slice(0, -3), { "content-encoding": "gzip" });
    expect(await errorOf(response)).toEqual([400, "invalid-content-encoding"]);
  });

  it("is limited by its bytes after decompression", async () => {
    const response = await post("infer", gzip(new Uint8Array(MAX_MESSAGE_BYTES + 1), { level: 1 }), {
      "content-encoding": "gzip",
    });
    expect(await errorOf(response)).toEqual([413, "body-too-large"]);
  });
});
