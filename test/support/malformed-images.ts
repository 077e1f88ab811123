import { malformedGif } from "./malformed-gif.ts";
import { malformedJpeg } from "./malformed-jpeg.ts";
import { malformedPng, type PngOddity } from "./malformed-png.ts";
import { createRandom } from "./random.ts";

/** Files of each format. */
export const MALFORMED_IMAGES = 1000;

/** A malformed file, and what it is compared with. */
export interface MalformedImage {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A well-formed file with the same picture. `undefined` for PNG: `make.py` derives the file as libpng reads it. */
  readonly control: Uint8Array | undefined;
  /** Only of PNG. */
  readonly oddities: readonly PngOddity[];
}

/** The formats, and how a malformed file is made for a number. `jpegs` are the well-formed files of `test/vectors/malformed-images/`. */
export const malformedImages = {
  jpg: (seed: number, jpegs: readonly Uint8Array[]): MalformedImage => {
    const control = jpegs[seed % jpegs.length] ?? new Uint8Array();
    return { bytes: malformedJpeg(createRandom(seed), control), control, oddities: [] };
  },
  png: (seed: number): MalformedImage => ({ ...malformedPng(createRandom(seed)), control: undefined }),
  gif: (seed: number): MalformedImage => {
    const { malformed, control } = malformedGif(createRandom(seed));
    return { bytes: malformed, control, oddities: [] };
  },
};
