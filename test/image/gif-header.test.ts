import { describe, expect, it } from "vitest";
import { sniff } from "../../src/image/sniff.ts";
import { joinBytes } from "../support/image-bytes.ts";
import { vectorImage } from "../support/vector-images.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const corrupt = { refused: "image-corrupt", reason: expect.any(String) };

const table = new Uint8Array(6);
const trailer = Uint8Array.of(0x3b);
const comment = Uint8Array.of(0x21, 0xfe, 2, 65, 66, 0);
const data = Uint8Array.of(2, 2, 0x4c, 0x01, 0);

/** The head of a file with a screen of this size, its colours behind it unless `flags` say that there are none. */
function head(width: number, height: number, flags = 0x80): Uint8Array {
  const screen = Uint8Array.of(width, width >> 8, height, height >> 8, flags, 0, 0);
  return joinBytes(latin1("GIF89a"), screen, (flags & 0x80) === 0 ? new Uint8Array() : table);
}

/** A frame at the screen's corner, or elsewhere. */
function frame(width: number, height: number, left = 0, top = 0): Uint8Array {
  const place = Uint8Array.of(left, 0, top, 0, width, width >> 8, height, height >> 8, 0);
  return joinBytes(Uint8Array.of(0x2c), place, data);
}

describe("a GIF's size", () => {
  it("is its screen's, whatever its frame's", () => {
    expect(sniff(joinBytes(head(30, 20), comment, frame(3, 2, 27, 18), trailer))).toEqual({
      format: "gif",
      width: 30,
      height: 20,
    });
    expect(sniff(vectorImage("placed-150x100.gif"))).toEqual({ format: "gif", width: 150, height: 100 });
  });

  it("may be as large as the format allows, for the limits to refuse", () => {
    expect(sniff(joinBytes(head(65_535, 65_535), frame(65_535, 65_535), trailer))).toMatchObject({ width: 65_535 });
  });

  it("is that of a file with colours beside its frame only", () => {
    const own = joinBytes(Uint8Array.of(0x2c, 0, 0, 0, 0, 3, 0, 2, 0, 0x80), table, data);
    expect(sniff(joinBytes(head(3, 2, 0), own, trailer))).toEqual({ format: "gif", width: 3, height: 2 });
  });
});

describe("a GIF is refused", () => {
  const whole = joinBytes(head(3, 2), comment, frame(3, 2), trailer);
  it("wherever it ends too soon", () => {
    expect(sniff(whole)).toEqual({ format: "gif", width: 3, height: 2 });
    for (let length = 6; length < whole.length; length += 1) expect(sniff(whole.subarray(0, length))).toEqual(corrupt);
  });

  it.each([
    ["without a frame", joinBytes(head(3, 2), comment, trailer)],
    ["with a frame without pixels", joinBytes(head(3, 2), frame(0, 2), trailer)],
    ["without colours", joinBytes(head(3, 2, 0), frame(3, 2), trailer)],
    ["with a frame wider than its screen", joinBytes(head(3, 2), frame(4, 2), trailer)],
    ["with a frame below its screen", joinBytes(head(3, 2), frame(3, 2, 0, 1), trailer)],
    ["with an unknown block", joinBytes(head(3, 2), Uint8Array.of(7, 0), frame(3, 2), trailer)],
  ])("%s", (_, bytes) => {
    expect(sniff(bytes)).toEqual(corrupt);
  });
});
