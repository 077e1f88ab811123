import * as fc from "fast-check";
import { joinBytes } from "../image-bytes.ts";
import { malformedImages } from "../malformed-images.ts";
import { byteChange } from "./byte-changes.ts";
import type { Bytes } from "./bytes.ts";
import { imageBomb } from "./image-bombs.ts";
import { type Labelled, weighted } from "./labelled.ts";
import { noImage, restructuredImage } from "./restructured-image.ts";
import { imageFormats, seedImages } from "./seed-images.ts";

const seeds = imageFormats.flatMap((format) => seedImages[format].map((value) => ({ what: format, value })));

/** A valid small image of any format. */
export const validImage: fc.Arbitrary<Labelled<Bytes>> = fc.constantFrom(...seeds);

/** The files that are compared with Pillow and libpng elsewhere, and more of their kind. */
const malformed = fc.tuple(fc.constantFrom("jpg", "png", "gif"), fc.nat()).map(([format, seed]) => ({
  what: `malformed ${format}`,
  value: malformedImages[format](seed, seedImages.jpeg).bytes,
}));

const damaged = fc
  .tuple(fc.oneof(validImage, malformed), fc.array(byteChange, { minLength: 1, maxLength: 2 }))
  .map(([{ what, value }, changes]) => ({
    what: `${what}: ${changes.map((change) => change.what).join(", ")}`,
    value: changes.reduce((bytes, change) => change.value(bytes), value),
  }));

/** Two files one after the other, or one with the end of another. */
const spliced = fc.tuple(validImage, validImage, fc.boolean()).map(([one, other, isWhole]) => ({
  what: `${one.what} and ${other.what}`,
  value: isWhole
    ? joinBytes(one.value, other.value)
    : joinBytes(one.value.subarray(0, one.value.length / 2), other.value.subarray(other.value.length / 2)),
}));

/** The body of an image: valid, malformed, damaged, restructured, spliced, a bomb, or no image at all. */
export const anyImage: fc.Arbitrary<Labelled<Bytes>> = weighted(
  [8, validImage],
  [12, malformed],
  [12, damaged],
  [20, restructuredImage],
  [1, spliced],
  [3, imageBomb],
  [2, noImage],
);
