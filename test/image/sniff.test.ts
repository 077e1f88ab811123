import { describe, expect, it } from "vitest";
import { sniff } from "../../src/image/sniff.ts";
import { joinBytes, pngChunk, withWrongEnd } from "../support/image-bytes.ts";
import { vectorImage, vectorImages } from "../support/vector-images.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe("a complete file", () => {
  const formats = { gif: "gif", jpg: "jpeg", png: "png", webp: "webp" };
  it.each(vectorImages)("has the format of its bytes and the displayed size: $file", ({ file, width, height }) => {
    const format = Object.entries(formats).find(([ending]) => file.endsWith(ending))?.[1];
    expect(sniff(vectorImage(file))).toMatchObject({ format, width, height });
  });

  it("may be followed by any bytes", () => {
    const jpeg = vectorImage("grey-300x200.jpg");
    expect(sniff(joinBytes(jpeg, jpeg, latin1("<x:xmpmeta>")))).toEqual({ format: "jpeg", width: 300, height: 200 });
  });

  it("may have garbage and fill bytes between a JPEG's segments, as in libjpeg", () => {
    const jpeg = vectorImage("grey-300x200.jpg");
    const endOfFirst = 4 + 16;
    const padded = joinBytes(jpeg.subarray(0, endOfFirst), latin1("garbage\xff\xff"), jpeg.subarray(endOfFirst));
    expect(sniff(padded)).toEqual({ format: "jpeg", width: 300, height: 200 });
  });
});

describe("an unsupported format", () => {
  it.each([
    ["AVIF", "\0\0\0\x1cftypavif"],
    ["HEIC", "\0\0\0\x18ftypheic"],
    ["BMP", "BM\x46\0\0\0"],
    ["TIFF", "II*\0\x08\0\0\0"],
    ["TIFF", "MM\0*\0\0\0\x08"],
    ["SVG", "<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ["SVG", "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a picture --><svg/>"],
  ])("is refused by name: %s", (name, start) => {
    expect(sniff(latin1(start))).toEqual({ refused: "unsupported-image", reason: expect.stringContaining(name) });
  });

  it.each([
    ["nothing", ""],
    ["plain text", "hello, world"],
    ["HTML", "<!DOCTYPE html><html></html>"],
    ["half of a signature", "\x89PNG"],
  ])("is refused without a name: %s", (_, start) => {
    expect(sniff(latin1(start))).toMatchObject({ refused: "unsupported-image" });
  });
});

describe("a JPEG that the decoder does not support", () => {
  const jpeg = vectorImage("baseline-422-501x333.jpg");
  const frame = indexOfFrame(jpeg);
  const changed = (offset: number, byte: number) => jpeg.with(frame + offset, byte);

  it.each([
    ["lossless", 0xc3],
    ["hierarchical", 0xc5],
    ["hierarchical", 0xcf],
    ["arithmetic", 0xc9],
    ["arithmetic", 0xca],
  ])("is refused as %s, marker %i", (name, marker) => {
    expect(sniff(changed(1, marker))).toEqual({ refused: "unsupported-image", reason: expect.stringContaining(name) });
  });

  it("is refused as CMYK, two-channel or 12-bit", () => {
    expect(sniff(changed(9, 4))).toEqual({ refused: "unsupported-image", reason: expect.stringContaining("CMYK") });
    expect(sniff(changed(9, 2))).toMatchObject({ refused: "unsupported-image" });
    expect(sniff(changed(4, 12))).toEqual({ refused: "unsupported-image", reason: expect.stringContaining("12 bits") });
  });

  it("is corrupt without a height, without components, or with five of them", () => {
    const flat = changed(5, 0).with(frame + 6, 0);
    for (const bytes of [flat, changed(9, 0), changed(9, 5)]) {
      expect(sniff(bytes)).toMatchObject({ refused: "image-corrupt" });
    }
  });

  it("is corrupt without segments between SOI and EOI, with a second SOI, or with invalid segments", () => {
    for (const bytes of ["\xff\xd8\xff\xd9", "\xff\xd8\xff\xd8", "\xff\xd8\xff\xfe\0\x01", "\xff\xd8\xff\xda\0\x02"]) {
      expect(sniff(latin1(bytes))).toMatchObject({ refused: "image-corrupt" });
    }
  });
});

describe("an end marker", () => {
  const jpeg = vectorImage("restarts-oriented-400x300.jpg");
  it("of a thumbnail inside an EXIF segment does not end the file", () => {
    const thumbnail = latin1("\xff\xe1\0\x0aExif\0\0\xff\xd9");
    const whole = joinBytes(jpeg.subarray(0, 2), thumbnail, jpeg.subarray(2));
    expect(sniff(whole)).toEqual({ format: "jpeg", width: 400, height: 300 });
    expect(sniff(whole.subarray(0, whole.length / 2))).toMatchObject({ refused: "image-corrupt" });
  });
});

describe("a damaged PNG", () => {
  const png = vectorImage("small-33x33.png");
  const [signature, header, rest] = [png.subarray(0, 8), png.subarray(8, 33), png.subarray(33)];
  const ihdr = (...data: readonly number[]) => joinBytes(signature, pngChunk("IHDR", Uint8Array.from(data)), rest);

  it("is corrupt if the checksum of a chunk that determines the picture does not match", () => {
    for (const at of [19, 60, png.length - 13]) {
      expect(sniff(png.with(at, (png[at] ?? 0) ^ 1))).toMatchObject({ refused: "image-corrupt" });
    }
    expect(sniff(withWrongEnd(png))).toEqual({ format: "png", width: 33, height: 33 });
  });

  it("is accepted if only the checksum of a comment does not match", () => {
    const comment = pngChunk("tEXt", latin1("Title\0x"));
    const damaged = comment.with(comment.length - 1, 0);
    expect(sniff(joinBytes(signature, header, damaged, rest))).toEqual({ format: "png", width: 33, height: 33 });
  });

  it("is corrupt with invalid header values", () => {
    expect(sniff(ihdr(0, 0, 0, 33, 0, 0, 0, 33, 8, 2, 0, 0, 0))).toEqual({ format: "png", width: 33, height: 33 });
    const invalid = [
      [0, 0, 0, 0, 0, 0, 0, 33, 8, 2, 0, 0, 0],
      [0x80, 0, 0, 0, 0, 0, 0, 33, 8, 2, 0, 0, 0],
      [0, 0, 0, 33, 0, 0, 0, 33, 4, 2, 0, 0, 0],
      [0, 0, 0, 33, 0, 0, 0, 33, 8, 5, 0, 0, 0],
      [0, 0, 0, 33, 0, 0, 0, 33, 8, 2, 1, 0, 0],
      [0, 0, 0, 33, 0, 0, 0, 33, 8, 2, 0, 1, 0],
      [0, 0, 0, 33, 0, 0, 0, 33, 8, 2, 0, 0, 2],
    ];
    for (const data of invalid) expect(sniff(ihdr(...data))).toMatchObject({ refused: "image-corrupt" });
  });

  it("is corrupt without data, or with another chunk before its header", () => {
    const end = pngChunk("IEND", new Uint8Array());
    expect(sniff(joinBytes(signature, header, end))).toMatchObject({ refused: "image-corrupt" });
    expect(sniff(joinBytes(signature, pngChunk("CgBI", new Uint8Array(4)), header, rest))).toMatchObject({
      refused: "image-corrupt",
    });
  });
});

/** Index of the 0xff before the baseline frame's marker code. */
function indexOfFrame(jpeg: Uint8Array): number {
  let at = 2;
  while (jpeg[at + 1] !== 0xc0) at += 2 + (jpeg[at + 2] ?? 0) * 256 + (jpeg[at + 3] ?? 0);
  return at;
}
