import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, it, vi } from "vitest";
import { jpegDecoder } from "../../src/pixels/decode-jpeg.ts";
import { decoders } from "../../src/pixels/decode-node.ts";
import { describePreprocess } from "../support/preprocess-cases.ts";
import { vectorImage } from "../support/vector-images.ts";

describePreprocess(decoders);

it("the JPEG codec is instantiated again for the next image after a failed instantiation", async () => {
  const file = createRequire(import.meta.url).resolve("@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm");
  const decode = jpegDecoder(new WebAssembly.Module(readFileSync(file)));
  const image = vectorImage("one-pixel-1x1.jpg");
  vi.spyOn(WebAssembly, "Instance").mockImplementationOnce(function fail() {
    throw new RangeError("out of memory");
  });
  await expect(decode(image, ({ length }) => length)).rejects.toThrow("out of memory");
  expect(await decode(image, ({ length }) => length)).toBe(4);
});
