import { expect, it, vi } from "vitest";
import { imageFromBytes } from "../../src/image/image.ts";
import { decoders } from "../../src/pixels/decode-node.ts";
import { vectorImage, vectorImages } from "../support/vector-images.ts";

const MiB = 1024 * 1024;

/** Each codec of its own would take 16 MiB at its start, and keep the most that it needed for an image. */
it("all images of all formats are decoded in one memory, as large as the largest needs", async () => {
  const { Instance } = WebAssembly;
  const memories = new Set<WebAssembly.Memory>();
  let starts = 0;
  vi.spyOn(WebAssembly, "Instance").mockImplementation(function record(module, imports) {
    const instance = new Instance(module, imports);
    starts += 1;
    for (const value of Object.values(instance.exports)) if (value instanceof WebAssembly.Memory) memories.add(value);
    return instance;
  });
  try {
    for (const { file } of vectorImages) {
      const { format, bytes } = await imageFromBytes(vectorImage(file));
      await decoders[format](bytes, ({ length }) => length);
    }
  } finally {
    vi.restoreAllMocks();
  }
  expect(starts).toBeGreaterThan(2);
  expect([...memories].map(({ buffer }) => buffer.byteLength < 8 * MiB)).toEqual([true]);
});
