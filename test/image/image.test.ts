import { describe, expect, it } from "vitest";
import {
  imageFromBytes,
  imageFromText,
  MAX_IMAGE_BYTES,
  MAX_IMAGE_PIXELS,
  MAX_IMAGE_SIDE,
} from "../../src/image/image.ts";
import { bilevelPng, joinBytes } from "../support/image-bytes.ts";
import { vectorImage } from "../support/vector-images.ts";

const png = vectorImage("small-33x33.png");
const base64 = btoa(String.fromCharCode(...png));
const image = await imageFromBytes(png);

function padded(length: number): Uint8Array {
  return joinBytes(png, new Uint8Array(length - png.length));
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Escapes every character. */
function percentEncoded(text: string): string {
  return Array.from(text, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0")}`).join("");
}

/** Escapes the characters that a URL may not contain. */
function escape(text: string): string {
  return text.replaceAll(/[^!$&-;=?-Z_a-z~]/gu, percentEncoded);
}

function problem(code: string): unknown {
  return expect.objectContaining({ name: "Problem", code });
}

describe("imageFromBytes", () => {
  it("reads the header and returns the SHA-256 of the bytes", () => {
    expect(image).toEqual({
      bytes: png,
      format: "png",
      width: 33,
      height: 33,
      digest: "023b77a1ce5a750bdc49ff72b5ec6e8240ab6f92bee05a7a1b35db6aceb8b515",
    });
  });

  it("refuses empty, unknown and corrupt bytes", async () => {
    await expect(imageFromBytes(new Uint8Array())).rejects.toThrow(problem("image-required"));
    await expect(imageFromBytes(new TextEncoder().encode("BM6 bitmap"))).rejects.toThrow(problem("unsupported-image"));
    await expect(imageFromBytes(png.subarray(0, 60))).rejects.toThrow(problem("image-corrupt"));
  });

  it("accepts as many bytes as the limit allows, and not one more", async () => {
    expect(await imageFromBytes(padded(MAX_IMAGE_BYTES))).toMatchObject({ width: 33 });
    await expect(imageFromBytes(padded(MAX_IMAGE_BYTES + 1))).rejects.toThrow(problem("body-too-large"));
  });

  it("accepts as many pixels as the limit allows, and not one row more", async () => {
    const width = 2000;
    const height = Math.floor(MAX_IMAGE_PIXELS / width);
    expect(await imageFromBytes(await bilevelPng(width, height))).toMatchObject({ width, height });
    await expect(imageFromBytes(await bilevelPng(width, height + 1))).rejects.toThrow(problem("image-too-many-pixels"));
  });

  it("accepts a side as long as the limit allows, and not one pixel more", async () => {
    expect(await imageFromBytes(await bilevelPng(1, MAX_IMAGE_SIDE))).toMatchObject({ height: MAX_IMAGE_SIDE });
    await expect(imageFromBytes(await bilevelPng(1, MAX_IMAGE_SIDE + 1))).rejects.toThrow(
      problem("image-too-many-pixels"),
    );
    await expect(imageFromBytes(await bilevelPng(MAX_IMAGE_SIDE + 1, 1))).rejects.toThrow(
      problem("image-too-many-pixels"),
    );
  });

  it("refuses a decompression bomb of 400 megapixels by its header", async () => {
    await expect(imageFromBytes(await bilevelPng(20_000, 20_000))).rejects.toThrow(problem("image-too-many-pixels"));
  });

  it("applies the given limits", async () => {
    const limits = { maxBytes: png.length, maxPixels: 33 * 33, maxSide: 33 };
    expect(await imageFromBytes(png, limits)).toEqual(image);
    await expect(imageFromBytes(png, { ...limits, maxBytes: png.length - 1 })).rejects.toThrow(
      problem("body-too-large"),
    );
    await expect(imageFromBytes(png, { ...limits, maxPixels: 1088 })).rejects.toThrow(problem("image-too-many-pixels"));
    await expect(imageFromBytes(png, { ...limits, maxSide: 32 })).rejects.toThrow(problem("image-too-many-pixels"));
  });
});

describe("imageFromText", () => {
  it.each([
    ["bare base64", base64],
    ["base64 without padding", base64.replace(/=+$/, "")],
    ["the URL-safe alphabet", base64.replaceAll("+", "-").replaceAll("/", "_")],
    ["line breaks as in e-mail", base64.replace(/.{76}/g, "$&\r\n")],
    ["a data URI", `data:image/png;base64,${base64}`],
    ["a data URI of another type", `data:image/jpeg;charset=utf-8;base64,${base64}`],
    ["a data URI of no type", `data:;base64,${base64}`],
    ["a data URI in capitals, after a line break", `\nDATA:IMAGE/PNG;BASE64,${base64}\n`],
    // microsoft/markitdown#2481, gngrOrg/gngr#15.
    ["a data URI whose base64 is percent-encoded", `data:image/png;base64,${encodeURIComponent(base64)}`],
    ["a data URI that is percent-encoded throughout", `data:image/png; base64 ,${percentEncoded(base64)}`],
    ["a data URI of bytes that are percent-encoded", `data:image/png,${percentEncoded(latin1(png))}\n`],
    ["a data URI of bytes that are percent-encoded where they must be", `data:,${escape(latin1(png))}#fragment`],
    ["a data URI of base64 that lacks its parameter", `data:image/png,${encodeURIComponent(base64)}`],
  ])("accepts %s", async (_, text) => {
    expect(await imageFromText(text)).toEqual(image);
  });

  it.each([
    ["a URL", "https://example.com/a.png"],
    ["a non-ASCII letter", `${base64}é`],
    ["one character too many", "AAAAA"],
    ["percent-encoding outside of a data URI", encodeURIComponent(base64)],
    ["an escape of no byte", `data:image/png;base64,${base64}%`],
    ["bytes outside of ASCII that are not escaped", `data:image/png,${latin1(png)}`],
  ])("refuses %s", async (_, text) => {
    await expect(imageFromText(text)).rejects.toThrow(problem("invalid-base64"));
  });

  it("refuses an empty text or data URI as no image", async () => {
    for (const text of ["", " \n", "data:image/png;base64,"]) {
      await expect(imageFromText(text)).rejects.toThrow(problem("image-required"));
    }
  });

  it("accepts as many bytes as the limit allows, however they are encoded, and not one more", async () => {
    const texts = [`data:;base64,${percentEncoded(base64)}`, `data:,${percentEncoded(latin1(png))}`];
    const limits = { maxBytes: png.length, maxPixels: 1e6, maxSide: 1e3 };
    for (const text of texts) {
      expect(await imageFromText(text, limits)).toEqual(image);
      await expect(imageFromText(text, { ...limits, maxBytes: png.length - 1 })).rejects.toThrow(
        problem("body-too-large"),
      );
    }
  });

  it("refuses more bytes than the limit, and white space of that length", async () => {
    const limits = { maxBytes: png.length - 1, maxPixels: 1e6, maxSide: 1e3 };
    await expect(imageFromText(base64, limits)).rejects.toThrow(problem("body-too-large"));
    await expect(imageFromText(" ".repeat(png.length * 2), limits)).rejects.toThrow(problem("body-too-large"));
  });
});
