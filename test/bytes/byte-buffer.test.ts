import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createByteBuffer } from "../../src/bytes/byte-buffer.ts";
import { joinBytes } from "../support/image-bytes.ts";

const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

describe("a byte buffer", () => {
  it("has the bytes of all pieces up to its limit, whatever length is expected", () => {
    fc.assert(
      fc.property(pieces, fc.nat({ max: 400 }), fc.option(fc.nat({ max: 400 })), (all, maxBytes, expected) => {
        const buffer = createByteBuffer(maxBytes, expected ?? undefined);
        const appended: Uint8Array[] = [];
        for (const piece of all) {
          const fits = joinBytes(...appended, piece).length <= maxBytes;
          expect(buffer.append(piece)).toBe(fits);
          if (fits) appended.push(piece);
        }
        const bytes = buffer.bytes();
        expect(bytes).toEqual(joinBytes(...appended));
        expect(bytes.buffer.byteLength).toBe(bytes.length);
      }),
    );
  });

  it("copies a piece, whose memory may be used again", () => {
    const buffer = createByteBuffer(10);
    const piece = Uint8Array.of(1, 2);
    buffer.append(piece);
    piece.fill(9);
    buffer.append(piece);
    expect(buffer.bytes()).toEqual(Uint8Array.of(1, 2, 9, 9));
  });

  it("allocates nothing for bytes that were declared and have not arrived", () => {
    const transfer = vi.spyOn(ArrayBuffer.prototype, "transfer");
    const buffer = createByteBuffer(2 ** 24, 2 ** 24);
    for (let sent = 0; sent < 1000; sent += 1) buffer.append(Uint8Array.of(1));
    const largest = Math.max(...transfer.mock.calls.map(([length = 0]) => length));
    transfer.mockRestore();
    expect(largest).toBeLessThan(2 * 1000 + 1);
  });
});
