import { readFile } from "node:fs/promises";
import type { ImageHeader } from "../../../src/image/header.ts";
import type { Bytes } from "./bytes.ts";

/** The formats that the API decodes. */
export type ImageFormat = ImageHeader["format"];

/** All formats. */
export const imageFormats: readonly ImageFormat[] = ["png", "jpeg", "webp", "gif"];

const folder = new URL("../../vectors/preprocess/", import.meta.url);

/** Files of different kinds of each format, the smallest first: failures shrink towards the first. */
const names: Readonly<Record<ImageFormat, readonly string[]>> = {
  png: [
    "small-33x33.png",
    "palette-transparent-160x120.png",
    "bilevel-250x180.png",
    "grey-alpha-120x90.png",
    "oriented-7-90x120.png",
    "grey16-150x110.png",
  ],
  jpeg: [
    "one-pixel-1x1.jpg",
    "orientation-6-61x43.jpg",
    "grey-300x200.jpg",
    "restarts-oriented-400x300.jpg",
    "progressive-420-641x479.jpg",
  ],
  webp: [
    "oriented-8-140x80.webp",
    "lossy-300x201.webp",
    "animated-alpha-72x54.webp",
    "animated-lossless-65x51.webp",
    "lossy-alpha-201x150.webp",
  ],
  gif: [
    "interlaced-5x3.gif",
    "animated-64x48.gif",
    "transparent-130x70.gif",
    "placed-150x100.gif",
    "interlaced-97x61.gif",
  ],
};

const read = (name: string): Promise<Bytes> => readFile(new URL(name, folder)).then((bytes) => Uint8Array.from(bytes));
const readAll = (format: ImageFormat): Promise<readonly Bytes[]> => Promise.all(names[format].map(read));

/** Small valid files by format, at most 24 kB each. */
export const seedImages: Readonly<Record<ImageFormat, readonly Bytes[]>> = {
  png: await readAll("png"),
  jpeg: await readAll("jpeg"),
  webp: await readAll("webp"),
  gif: await readAll("gif"),
};
