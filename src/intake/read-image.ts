import type { ImageInput } from "../contract/service.ts";
import type { FetchImage } from "../image/fetch-image.ts";
import { type Image, imageFromBytes, imageFromText, type ImageLimits, type HeaderCache } from "../image/image.ts";
import type { UrlCache } from "./url-cache.ts";

/** What images are taken in with. */
export interface ImageIntake {
  readonly limits: ImageLimits;
  /** Spares reading through pictures that were found good before. */
  readonly known?: HeaderCache | undefined;
  /** Fetches an image that is named by its address; left out where none is fetched. */
  readonly fetchImage?: FetchImage | undefined;
  /** Spares downloading what an address was seen to show. */
  readonly addresses?: UrlCache | undefined;
}

/** An image that can be decoded, of those that are handed over themselves. Throws `Problem`. */
export async function readImage(
  input: Exclude<ImageInput, { kind: "url" }>,
  { limits, known }: ImageIntake,
): Promise<Image> {
  return input.kind === "bytes" ? imageFromBytes(input.bytes, limits, known) : imageFromText(input.text, limits, known);
}
