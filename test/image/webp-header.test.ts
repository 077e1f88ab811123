import { describe, expect, it } from "vitest";
import { sniff } from "../../src/image/sniff.ts";
import { joinBytes } from "../support/image-bytes.ts";
import { vectorImage } from "../support/vector-images.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const bytes32 = (value: number): Uint8Array => Uint8Array.of(value, value >> 8, value >> 16, value >> 24);

function chunk(type: string, data: Uint8Array, length = data.length): Uint8Array {
  return joinBytes(latin1(type), bytes32(length), data, new Uint8Array(data.length % 2));
}

function webp(...chunks: readonly Uint8Array[]): Uint8Array {
  const body = joinBytes(latin1("WEBP"), ...chunks);
  return joinBytes(latin1("RIFF"), bytes32(body.length), body);
}

const lossy = (width: number, height: number) =>
  Uint8Array.of(0, 0, 0, 0x9d, 1, 0x2a, width, width >> 8, height, height >> 8, 0, 0);
const lossless = (width: number, height: number) =>
  joinBytes(Uint8Array.of(0x2f), bytes32((width - 1) | ((height - 1) << 14)), new Uint8Array(5));
const canvas = (flags: number, width: number, height: number) =>
  Uint8Array.of(flags, 0, 0, 0, width - 1, (width - 1) >> 8, 0, height - 1, (height - 1) >> 8, 0);
const side = (value: number) => [(value - 1) & 255, (value - 1) >> 8, 0];
/** A frame at a position, in units of two pixels, with a size. */
const frame = (
  position: readonly [number, number],
  [width, height]: readonly [number, number],
  ...chunks: readonly Uint8Array[]
) =>
  chunk(
    "ANMF",
    joinBytes(
      Uint8Array.of(position[0], 0, 0, position[1], 0, 0, ...side(width), ...side(height), 0, 0, 0, 0),
      ...chunks,
    ),
  );
const corrupt = { refused: "image-corrupt", reason: expect.any(String) };

describe("a WebP's size", () => {
  it.each([
    ["lossy", webp(chunk("VP8 ", lossy(300, 200)))],
    ["lossy, with bits for scaling", webp(chunk("VP8 ", lossy(300 | 0x4000, 200 | 0x8000)))],
    ["lossless", webp(chunk("VP8L", lossless(300, 200)))],
    [
      "extended",
      webp(chunk("VP8X", canvas(0, 300, 200)), chunk("ICCP", new Uint8Array(3)), chunk("VP8L", lossless(300, 200))),
    ],
    [
      "with a second bitstream, which the decoder ignores",
      webp(chunk("VP8 ", lossy(300, 200)), chunk("VP8 ", lossy(9, 9))),
    ],
    [
      "with EXIF data before the end",
      webp(chunk("VP8X", canvas(8, 300, 200)), chunk("VP8 ", lossy(300, 200)), chunk("EXIF", latin1("II"))),
    ],
  ])("is the size of its bitstream: %s", (_, bytes) => {
    expect(sniff(bytes)).toEqual({ format: "webp", width: 300, height: 200 });
  });

  it("may be as large as the format allows; the limits refuse it later", () => {
    expect(sniff(webp(chunk("VP8L", lossless(16_384, 16_384))))).toMatchObject({ width: 16_384, height: 16_384 });
    expect(sniff(webp(chunk("VP8 ", lossy(16_383, 16_383))))).toMatchObject({ width: 16_383, height: 16_383 });
  });

  it("is not swapped by an EXIF orientation, as in Chromium", () => {
    expect(sniff(vectorImage("oriented-8-140x80.webp"))).toEqual({ format: "webp", width: 140, height: 80 });
  });

  it("is accepted if the file ends after its image", () => {
    const bytes = vectorImage("oriented-8-140x80.webp");
    const exif = new TextDecoder("latin1").decode(bytes).lastIndexOf("EXIF");
    for (const end of [exif, exif + 3, exif + 8, bytes.length - 1]) {
      expect(sniff(bytes.subarray(0, end))).toEqual({ format: "webp", width: 140, height: 80 });
    }
  });
});

describe("a WebP is refused", () => {
  const whole = vectorImage("lossy-300x201.webp");
  it.each([
    ["without the last byte of its image", whole.subarray(0, -1)],
    ["with a chunk that is longer than the file", webp(chunk("VP8 ", lossy(3, 2), 100))],
    ["without a bitstream", webp()],
    ["with nothing but a canvas", webp(chunk("VP8X", canvas(0, 300, 200)))],
    ["with a canvas of another size", webp(chunk("VP8X", canvas(0, 1, 1)), chunk("VP8 ", lossy(300, 200)))],
    [
      "with two canvases",
      webp(chunk("VP8X", canvas(0, 3, 2)), chunk("VP8X", canvas(0, 3, 2)), chunk("VP8 ", lossy(3, 2))),
    ],
    ["with a canvas after its bitstream", webp(chunk("VP8 ", lossy(3, 2)), chunk("VP8X", canvas(0, 3, 2)))],
    ["with a canvas of another length", webp(chunk("VP8X", new Uint8Array(12)), chunk("VP8 ", lossy(1, 1)))],
    ["without a width", webp(chunk("VP8 ", lossy(0, 2)))],
    ["that begins with an interframe", webp(chunk("VP8 ", lossy(3, 2).with(0, 1)))],
    ["without a start code", webp(chunk("VP8 ", lossy(3, 2).with(3, 0)))],
    ["of an unknown lossless version", webp(chunk("VP8L", lossless(3, 2).with(4, 0x20)))],
    ["without a lossless signature", webp(chunk("VP8L", lossless(3, 2).with(0, 0)))],
    [
      "that begins with an unknown chunk, which the decoder takes for a bitstream",
      webp(chunk("/\xff\xff\xff", new Uint8Array(16)), chunk("VP8 ", lossy(3, 2))),
    ],
  ])("%s", (_, bytes) => {
    expect(sniff(bytes)).toEqual(corrupt);
  });

  it.each([
    ["does not fill its canvas", frame([0, 0], [299, 200], chunk("VP8 ", lossy(299, 200)))],
    ["is not at the origin of its canvas", frame([1, 0], [300, 200], chunk("VP8 ", lossy(300, 200)))],
  ])("if its first frame %s", (_, first) => {
    const bytes = webp(chunk("VP8X", canvas(2, 300, 200)), chunk("ANIM", new Uint8Array(6)), first);
    expect(sniff(bytes)).toEqual({ refused: "unsupported-image", reason: expect.stringContaining("first frame") });
  });

  it.each([
    ["is missing", new Uint8Array()],
    ["is truncated", chunk("ANMF", new Uint8Array(9))],
    ["has no bitstream", frame([0, 0], [300, 200], chunk("ALPH", new Uint8Array(9)))],
    ["has a bitstream of another size", frame([0, 0], [300, 200], chunk("VP8 ", lossy(9000, 9000)))],
    ["has a chunk that is longer than the frame", frame([0, 0], [300, 200], chunk("VP8 ", lossy(300, 200), 1000))],
  ])("if its first frame %s", (_, first) => {
    expect(sniff(webp(chunk("VP8X", canvas(2, 300, 200)), first))).toEqual(corrupt);
  });
});

describe("an animated WebP", () => {
  it("has the size of its first frame, which fills the canvas, whatever follows", () => {
    const first = frame([0, 0], [300, 200], chunk("ALPH", new Uint8Array(9)), chunk("VP8 ", lossy(300, 200)));
    const second = frame([2, 2], [9, 9], chunk("VP8L", lossless(9, 9)));
    const bytes = webp(chunk("VP8X", canvas(2, 300, 200)), chunk("ANIM", new Uint8Array(6)), first, second);
    expect(sniff(bytes)).toEqual({ format: "webp", width: 300, height: 200 });
  });
});
