import type { EngineImage } from "../engine/feature-cache.ts";
import { UnknownDigestError } from "../engine/feature-cache.ts";
import { type Image, imageFromBytes, type ImageLimits } from "../image/image.ts";
import { ServingFailure } from "./serving-failure.ts";

/** The image of a request: the file, its digest, or both. */
export interface ImageInputs {
  readonly bytes: Uint8Array | undefined;
  readonly digest: string | undefined;
}

/** Dependencies and limits of `createWithImage`. */
export interface WithImageOptions {
  /** Whether the features of a digest are most likely cached. */
  readonly has: (digest: string) => boolean;
  /** Decodes an image and returns the input of the vision encoder. */
  readonly preprocess: (image: Image) => Promise<Float32Array>;
  readonly limits: ImageLimits;
}

/** Runs `work` with an image in the form that the engine takes. */
export type WithImage = <Result>(sent: ImageInputs, work: (image: EngineImage) => Promise<Result>) => Promise<Result>;

/** Throws `invalid-request` for a wrong digest, which would give later requests the features of another image. */
function checkDigest({ digest }: Image, sent: ImageInputs): void {
  if (sent.digest === undefined || sent.digest === digest) return;
  throw new ServingFailure("invalid-request", "image_digest is not the SHA-256 of image.");
}

/**
 * Creates a `WithImage` that decodes an image only if its features are not cached. If they are evicted between the lookup and the work,
 * the image is decoded after all. Rejects with `Problem`, or with `UnknownDigestError` if only a digest was sent.
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
