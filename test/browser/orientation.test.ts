import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { imageFromBytes } from "../../src/image/image.ts";
import { decoders } from "../../src/pixels/decode-node.ts";
import { traversalOrder } from "../../src/pixels/orientation.ts";
import { wholeImage } from "../../src/pixels/pixel-rows.ts";
import { exifEntry, exifPrefix, orientedTiff, tiff } from "../support/exif-bytes.ts";
import { joinBytes, jpegSegment, pngChunk, withWrongEnd } from "../support/image-bytes.ts";
import { openPage, useBrowser } from "./support/browser.ts";
import { openPlayground, submit } from "./support/playground.ts";

useBrowser();

/** An image as it is displayed: its size in pixels, and the colours near its corners, row by row. */
interface Displayed {
  readonly width: number;
  readonly height: number;
  readonly corners: readonly string[];
}

/** Pixels between an edge and the point whose colour is compared. */
const INSET = 4;

/** Returns an image of 48 x 32 pixels, encoded by the browser: red, lime, blue and yellow quarters. */
async function encodedQuarters(page: Page, type: string, quality = 0.9): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await page.evaluate(
    async ([mediaType, encoding]) => {
      const canvas = new OffscreenCanvas(48, 32);
      const context = canvas.getContext("2d");
      for (const [index, colour] of ["red", "lime", "blue", "yellow"].entries()) {
        if (context === null) continue;
        context.fillStyle = colour;
        context.fillRect((index % 2) * 24, Math.floor(index / 2) * 16, 24, 16);
      }
      const blob = await canvas.convertToBlob({ type: mediaType, quality: encoding });
      return [...new Uint8Array(await blob.arrayBuffer())];
    },
    [type, quality] as const,
  );
  return Uint8Array.from(bytes);
}

/** Returns how the browser displays a file, in `<img>`. */
function displayedByBrowser(page: Page, type: string, file: Uint8Array): Promise<Displayed> {
  return page.evaluate(
    async ([url, inset]) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      const { naturalWidth: width, naturalHeight: height } = image;
      const canvas = new OffscreenCanvas(width, height);
      const context = canvas.getContext("2d", { willReadFrequently: true });
      context?.drawImage(image, 0, 0);
      const corners = [inset, height - inset].flatMap((y) =>
        [inset, width - inset].map((x) =>
          [...(context?.getImageData(x, y, 1, 1).data ?? [])].map((value) => (value > 127 ? 1 : 0)).join(""),
        ),
      );
      return { width, height, corners };
    },
    [`data:${type};base64,${Buffer.from(file).toString("base64")}`, INSET] as const,
  );
}

/** Returns how the API reads a file. */
async function displayedByApi(file: Uint8Array<ArrayBuffer>): Promise<Displayed> {
  const { bytes, format, width, height, orientation = 1 } = await imageFromBytes(file);
  const order = traversalOrder({ width, height }, orientation);
  const corners = await decoders[format](bytes, (pixels) => {
    const rgba = wholeImage(pixels);
    return [INSET, height - INSET].flatMap((y) =>
      [INSET, width - INSET].map((x) => {
        const at = 4 * (order.first + y * order.rowStride + x * order.columnStride);
        return [...rgba.subarray(at, at + 4)].map((value) => (value > 127 ? 1 : 0)).join("");
      }),
    );
  });
  return { width, height, corners };
}

function jpegWithExif(jpeg: Uint8Array, exif: Uint8Array): Uint8Array<ArrayBuffer> {
  return joinBytes(jpeg.subarray(0, 2), jpegSegment(0xe1, joinBytes(exifPrefix, exif)), jpeg.subarray(2));
}

/** Inserts chunks after IHDR. */
function pngWith(png: Uint8Array, ...chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return joinBytes(png.subarray(0, 33), ...chunks, png.subarray(33));
}

function riffChunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = Uint8Array.of(data.length, data.length >> 8, 0, 0);
  return joinBytes(new TextEncoder().encode(type), length, data, new Uint8Array(data.length % 2));
}

/** Adds EXIF data to an extended WebP: a flag (8) in its first chunk, and a chunk at its end. */
function webpWithExif(webp: Uint8Array, exif: Uint8Array): Uint8Array<ArrayBuffer> {
  const flags = 20;
  return riffChunk("RIFF", joinBytes(webp.with(flags, (webp[flags] ?? 0) | 8).subarray(8), riffChunk("EXIF", exif)));
}

const orientations = [1, 2, 3, 4, 5, 6, 7, 8] as const;

describe("the API reads an image in the orientation in which Chromium displays it", () => {
  it.each([
    ["image/jpeg", 0.9, jpegWithExif],
    ["image/png", 0.9, (png: Uint8Array, exif: Uint8Array) => pngWith(png, pngChunk("eXIf", exif))],
    ["image/webp", 0.9, webpWithExif],
    ["image/webp", 1, webpWithExif],
  ] as const)("%s of quality %s", async (type, quality, withExif) => {
    const page = await openPage("/");
    const plain = await encodedQuarters(page, type, quality);
    const seen = new Set<string>();
    for (const orientation of orientations) {
      const file = withExif(plain, orientedTiff(orientation));
      const displayed = await displayedByBrowser(page, type, file);
      expect({ orientation, ...(await displayedByApi(file)) }).toEqual({ orientation, ...displayed });
      seen.add(displayed.corners.join());
    }
    // A WebP is never turned.
    expect(seen.size).toBe(type === "image/webp" ? 1 : orientations.length);
  });

  const turned = pngChunk("eXIf", orientedTiff(6));
  const mirrored = pngChunk("eXIf", orientedTiff(2));
  const damaged = withWrongEnd(mirrored);
  it.each([
    ["two chunks", (png: Uint8Array) => pngWith(png, turned, mirrored)],
    ["a damaged chunk before another", (png: Uint8Array) => pngWith(png, damaged, turned)],
    ["an empty chunk before another", (png: Uint8Array) => pngWith(png, pngChunk("eXIf", new Uint8Array()), turned)],
    [
      "a chunk with a JPEG's prefix",
      (png: Uint8Array) => pngWith(png, pngChunk("eXIf", joinBytes(exifPrefix, orientedTiff(6)))),
    ],
    ["a chunk after the data", (png: Uint8Array) => joinBytes(png.subarray(0, -12), turned, png.subarray(-12))],
  ])("PNG with %s", async (_, change) => {
    const page = await openPage("/");
    const file = change(await encodedQuarters(page, "image/png"));
    expect(await displayedByApi(file)).toEqual(await displayedByBrowser(page, "image/png", file));
  });

  it.each([
    ["a four-byte integer", tiff(exifEntry(0x0112, 4, 6))],
    ["a byte", tiff(exifEntry(0x0112, 1, 6))],
    ["two numbers", tiff(exifEntry(0x0112, 3, 6, 2))],
    ["0", orientedTiff(0)],
    ["9", orientedTiff(9)],
  ])("JPEG and PNG whose orientation is %s", async (_, exif) => {
    const page = await openPage("/");
    const jpeg = jpegWithExif(await encodedQuarters(page, "image/jpeg"), exif);
    const png = pngWith(await encodedQuarters(page, "image/png"), pngChunk("eXIf", exif));
    expect(await displayedByApi(jpeg)).toEqual(await displayedByBrowser(page, "image/jpeg", jpeg));
    expect(await displayedByApi(png)).toEqual(await displayedByBrowser(page, "image/png", png));
  });
});

describe("the playground draws over an image as it displays it", () => {
  it.each([
    ["image/jpeg", "turned.jpg", jpegWithExif],
    ["image/png", "turned.png", (png: Uint8Array, exif: Uint8Array) => pngWith(png, pngChunk("eXIf", exif))],
    ["image/webp", "turned.webp", webpWithExif],
  ] as const)("%s", async (mimeType, name, withExif) => {
    const page = await openPlayground();
    const file = withExif(await encodedQuarters(page, mimeType), orientedTiff(6));
    await page.locator("#file").setInputFiles({ name, mimeType, buffer: Buffer.from(file) });
    await page.locator("#curl", { hasText: name }).waitFor();
    await submit(page);
    const answer: unknown = JSON.parse((await page.locator("#json pre").textContent()) ?? "");
    const picture = await page.locator("#picture").evaluate((element) => {
      if (!(element instanceof HTMLImageElement)) throw new Error("There is no picture.");
      return { width: element.naturalWidth, height: element.naturalHeight };
    });
    expect(answer).toMatchObject({ source: picture });
    expect(picture).toEqual(mimeType === "image/webp" ? { width: 48, height: 32 } : { width: 32, height: 48 });
  });
});
