import { readFileSync } from "node:fs";
import { join } from "node:path";
import { plainGif, plainPng, plainWebp, progressiveJpeg } from "../../../test/support/image-bombs.ts";
import { joinBytes } from "../../../test/support/image-bytes.ts";
import type { FuzzRequest } from "../../../test/support/fuzz/fuzz-request.ts";
import type { Random } from "../../../test/support/random.ts";
import { root } from "../../serve.ts";
import { type Attacker, type HogKind, requesting } from "./attack.ts";

const street = new Uint8Array(readFileSync(join(root, "test/pictures/street.jpg")));

/** The file with four more bytes at its end, which decoders ignore: the same image with another digest. */
function renamed(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  return joinBytes(bytes, random.bytes(4));
}

/** An ordinary photograph that no cache knows. */
export function freshImage(random: Random): Uint8Array<ArrayBuffer> {
  return renamed(street, random);
}

/** The longest side of a WebP. */
const MAX_WEBP_SIDE = 16_383;

/**
 * Files of few bytes and as many pixels as are accepted, one of each format. The JPEG's scans take as long as is allowed, or longer: then it is refused.
 */
function bombsOf(maxPixels: number): readonly Uint8Array[] {
  const side = Math.floor(Math.sqrt(maxPixels));
  const square = { width: side, height: side };
  const webp = { width: Math.min(MAX_WEBP_SIDE, maxPixels), height: Math.floor(maxPixels / MAX_WEBP_SIDE) };
  return [
    plainPng({ ...square, colourType: 6, bitDepth: 8 }),
    plainPng({ ...square, colourType: 2, bitDepth: 8, isInterlaced: true }),
    plainPng({ ...square, colourType: 6, bitDepth: 8, filterOf: (row) => (row === side - 1 ? 9 : 4) }),
    plainWebp(webp),
    plainGif(square),
    progressiveJpeg({ ...square, components: 1, bands: 1, refinements: 0 }),
    progressiveJpeg({ ...square, components: 3, bands: 3, refinements: 3 }),
    progressiveJpeg({ ...square, components: 1, bands: 9, refinements: 10 }),
  ];
}

/** A hog that sends such files, by the request that `next` makes of one. */
export function bombing(next: (attacker: Attacker, image: Uint8Array) => FuzzRequest): HogKind {
  const files: Uint8Array[] = [];
  const prepare = ({ maxPixels }: Attacker): void => void files.push(...bombsOf(maxPixels));
  const request = (attacker: Attacker): FuzzRequest => {
    const { random } = attacker;
    return next(attacker, renamed(files[random.below(files.length)] ?? street, random));
  };
  return { ...requesting(4, request), prepare };
}
