import type { ImageInput } from "../contract/service.ts";
import type { Uploads } from "../contract/uploads-port.ts";
import type { FetchImage } from "../image/fetch-image.ts";
import { type Image, imageFromBytes, imageFromText, type ImageLimits, type HeaderCache } from "../image/image.ts";
import type { UrlCache } from "./url-cache.ts";

/** Limits, caches and the fetcher for received images. */
export interface ImageIntake {
  readonly limits: ImageLimits;
  /** Avoids parsing images again that were accepted before. */
  readonly headerCache?: HeaderCache | undefined;
  /** Fetches an image by its URL; without it, images sent as URLs are refused. */
  readonly fetchImage?: FetchImage | undefined;
  /** Avoids downloading an unchanged image again. */
  readonly urlCache?: UrlCache | undefined;
  /** Where uploaded files are; without it, handles are refused. */
  readonly uploads?: Pick<Uploads, "read"> | undefined;
}

/** Parses an image that was sent as bytes or as text. Throws `Problem` if it cannot be decoded. */
export async function readImage(
  input: Extract<ImageInput, { kind: "bytes" | "base64" }>,
  { limits, headerCache }: ImageIntake,
): Promise<Image> {
  return input.kind === "bytes"
    ? imageFromBytes(input.bytes, limits, headerCache)
    : imageFromText(input.text, limits, headerCache);
}
