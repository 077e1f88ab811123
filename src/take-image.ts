import { Problem } from "./contract/problems.ts";
import type { ImageInput } from "./contract/service.ts";
import type { FetchImage } from "./image/fetch-image.ts";
import { type Image, imageFromBytes, imageFromText, type ImageLimits } from "./image/intake.ts";

/** What images are taken in with. */
export interface ImageIntake {
  readonly limits: ImageLimits;
  /** Fetches an image that is named by its address; left out where none is fetched. */
  readonly fetchImage?: FetchImage | undefined;
}

/** An image that can be decoded, whichever way it was handed over. Throws `Problem`. */
export async function takeImage(
  input: ImageInput,
  { limits, fetchImage }: ImageIntake,
  signal: AbortSignal,
): Promise<Image> {
  if (input.kind === "bytes") return imageFromBytes(input.bytes, limits);
  if (input.kind === "base64") return imageFromText(input.text, limits);
  if (fetchImage === undefined) throw new Problem("image-url-refused", "No addresses are fetched here.");
  return imageFromBytes(await fetchImage(input.url, signal), limits);
}
