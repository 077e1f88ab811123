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

/** Signature and screen descriptor of a file, followed by a colour table unless `flags` say otherwise. */
function header(width: number, height: number, flags = 0x80): Uint8Array {
  const screen = Uint8Array.of(width, width >> 8, height, height >> 8, flags, 0, 0);
  return joinBytes(latin1("GIF89a"), screen, (flags & 0x80) === 0 ? new Uint8Array() : table);
}

/** A frame of this size and position on the screen. */
function frame(width: number, height: number, left = 0, top = 0): Uint8Array {
  const descriptor = Uint8Array.of(left, 0, top, 0, width, width >> 8, height, height >> 8, 0);
  return joinBytes(Uint8Array.of(0x2c), descriptor, data);
}

describe("a GIF's size", () => {
  it("is the size of its screen, not of its frame", () => {
    expect(sniff(joinBytes(header(30, 20), comment, frame(3, 2, 27, 18), trailer))).toEqual({
      format: "gif",
      width: 30,
      height: 20,
    });
    expect(sniff(vectorImage("placed-150x100.gif"))).toEqual({ format: "gif", width: 150, height: 100 });
  });

  it("is enlarged by a frame that reaches beyond the screen, as in Pillow and browsers", () => {
    expect(sniff(joinBytes(header(3, 2), frame(4, 2)))).toEqual({ format: "gif", width: 4, height: 2 });
    expect(sniff(joinBytes(header(3, 2), frame(3, 2, 0, 1)))).toEqual({ format: "gif", width: 3, height: 3 });
    expect(sniff(joinBytes(header(0, 0), frame(3, 2, 5, 6)))).toEqual({ format: "gif", width: 8, height: 8 });
  });

  it("may be as large as the format allows; the limits refuse it later", () => {
    expect(sniff(joinBytes(header(65_535, 65_535), frame(65_535, 65_535), trailer))).toMatchObject({ width: 65_535 });
  });

  it("is read from a file with only a local colour table", () => {
    const frameWithTable = joinBytes(Uint8Array.of(0x2c, 0, 0, 0, 0, 3, 0, 2, 0, 0x80), table, data);
    expect(sniff(joinBytes(header(3, 2, 0), frameWithTable, trailer))).toEqual({ format: "gif", width: 3, height: 2 });
  });
});

describe("a GIF is accepted", () => {
  const whole = joinBytes(header(3, 2), comment, frame(3, 2), trailer);
  const image = { format: "gif", width: 3, height: 2 };

  // golang/go#38853, XamlAnimatedGif#98, omggif#13: files with zero bytes between blocks.
  it.each([
    ["zero bytes", new Uint8Array(3)],
    ["any bytes that begin no block", Uint8Array.of(7, 0xff, 0, 0x80)],
    ["an extension without data", Uint8Array.of(0x21, 0xaa, 0)],
  ])("with %s between its blocks", (_, gap) => {
    expect(sniff(joinBytes(header(3, 2), gap, comment, gap, frame(3, 2), gap, trailer))).toEqual(image);
  });

  // image-rs/image-gif#138, WebKit/WebKit#1678: files without a trailer.
  it("if it ends after its first frame's header; the decoder sees whether the frame is whole", () => {
    for (let length = whole.length - 6; length < whole.length; length += 1) {
      expect(sniff(whole.subarray(0, length))).toEqual(image);
    }
  });
});

describe("a GIF is refused", () => {
  const start = joinBytes(header(3, 2), comment, frame(3, 2).subarray(0, 9));
  it("if it is truncated before its first frame's data", () => {
    for (let length = 6; length <= start.length; length += 1) expect(sniff(start.subarray(0, length))).toEqual(corrupt);
  });

  it.each([
    ["without a frame", joinBytes(header(3, 2), comment, trailer)],
    ["with nothing but bytes that begin no block", joinBytes(header(3, 2), new Uint8Array(1000))],
    ["with a frame after its trailer", joinBytes(header(3, 2), trailer, frame(3, 2))],
    ["with a frame without pixels", joinBytes(header(3, 2), frame(0, 2), trailer)],
    ["without a colour table", joinBytes(header(3, 2, 0), frame(3, 2), trailer)],
  ])("%s", (_, bytes) => {
    expect(sniff(bytes)).toEqual(corrupt);
  });
});
