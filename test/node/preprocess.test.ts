import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { createCodecMemory } from "../../src/pixels/codec-memory.ts";
import { jpegDecoder } from "../../src/pixels/decode-jpeg.ts";
import { decoders } from "../../src/pixels/decode-node.ts";
import { describePreprocess } from "../support/preprocess-cases.ts";
import { vectorImage } from "../support/vector-images.ts";

describePreprocess(decoders);

it("the JPEG codec is instantiated again for the next image after a failed instantiation", async () => {
  const file = new URL("../../src/pixels/codecs/jpeg.wasm", import.meta.url);
  const decode = jpegDecoder(new WebAssembly.Module(readFileSync(file)), createCodecMemory());
  const image = vectorImage("one-pixel-1x1.jpg");
  vi.spyOn(WebAssembly, "Instance").mockImplementationOnce(function fail() {
    throw new RangeError("out of memory");
  });
  await expect(decode(image, ({ length }) => length)).rejects.toThrow("out of memory");
  expect(await decode(image, ({ length }) => length)).toBe(4);
});
