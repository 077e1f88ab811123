import type { EngineImage } from "../engine/feature-store.ts";
import { UnknownDigestError } from "../engine/feature-store.ts";
import { type Image, imageFromBytes, type ImageLimits } from "../image/image.ts";
import { ServingFailure } from "./serving-failure.ts";

/** An image as a request brings it: the file, its digest, or both. */
export interface SentImage {
  readonly bytes: Uint8Array | undefined;
  readonly digest: string | undefined;
}

/** How pictures get to the engine. */
export interface WithImageOptions {
  /** Whether features are most likely held under a digest. */
  readonly has: (digest: string) => boolean;
  /** Decodes a picture and makes the model's input of it. */
  readonly preprocess: (image: Image) => Promise<Float32Array>;
  readonly limits: ImageLimits;
}

/** Runs work on a picture. */
export type WithImage = <Result>(sent: SentImage, work: (picture: EngineImage) => Promise<Result>) => Promise<Result>;

/** A digest that belongs to other bytes would hand one picture's features to those who ask for another. */
function checkDigest({ digest }: Image, sent: SentImage): void {
  if (sent.digest === undefined || sent.digest === digest) return;
  throw new ServingFailure("invalid-request", "image_digest is not the SHA-256 of image.");
}

/**
 * Decodes a picture only where its features are not held. They may be forgotten between the question and the work; the
 * picture is then decoded after all. Rejects with `Problem`, or `UnknownDigestError` where only a digest was sent.
 */
export function createWithImage({ has, preprocess, limits }: WithImageOptions): WithImage {
  return async (sent, work) => {
    const { bytes } = sent;
    if (bytes === undefined) {
      if (sent.digest === undefined) throw new ServingFailure("invalid-request", "The input image is missing.");
      if (!has(sent.digest)) throw new UnknownDigestError(sent.digest);
      return work({ digest: sent.digest, pixels: undefined });
    }
    const image = await imageFromBytes(bytes, limits);
    checkDigest(image, sent);
    const { digest } = image;
    if (!has(digest)) return work({ digest, pixels: await preprocess(image) });
    try {
      return await work({ digest, pixels: undefined });
    } catch (thrown) {
      if (!(thrown instanceof UnknownDigestError)) throw thrown;
      return work({ digest, pixels: await preprocess(image) });
    }
  };
}
