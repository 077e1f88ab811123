import { sha256 } from "../bytes/sha256.ts";
import type { EngineImage } from "../engine/feature-cache.ts";
import { UnknownDigestError } from "../engine/feature-cache.ts";
import type { DecodePool, DecodeRequester } from "./decode-pool.ts";
import { featureKey } from "../inference/backend.ts";
import { ServingFailure } from "./serving-failure.ts";

/** The image of a request: the file, its digest, or both. */
export interface ImageInputs {
  readonly bytes: Uint8Array | undefined;
  readonly digest: string | undefined;
  /** Features are cached for each scope apart. */
  readonly scope: string | undefined;
}

/** Dependencies of `createWithImage`. */
export interface WithImageOptions {
  /** Whether the features of a digest are most likely cached. */
  readonly has: (digest: string) => boolean;
  /** Checks and decodes an image, and returns the input of the vision encoder. The image's bytes may be gone afterwards. */
  readonly decode: DecodePool["decode"];
}

/** Runs `work` with an image in the form that the engine takes. */
export type WithImage = <Result>(
  sent: ImageInputs,
  work: (image: EngineImage) => Promise<Result>,
  requester: DecodeRequester,
) => Promise<Result>;

/** Throws `invalid-request` for a wrong digest, which would give later requests the features of another image. */
function checkDigest(digest: string, sent: ImageInputs): void {
  if (sent.digest === undefined || sent.digest === digest) return;
  throw new ServingFailure("invalid-request", "image_digest is not the SHA-256 of image.");
}

/**
 * Creates a `WithImage` that checks and decodes an image only if its features are not cached: then it was accepted before. If they are evicted
 * between the lookup and the work, the image is decoded after all. Rejects with `Problem`, or with `UnknownDigestError` if only a digest was sent.
 */
export function createWithImage({ has, decode }: WithImageOptions): WithImage {
  return async (sent, work, requester) => {
    const { bytes, scope } = sent;
    if (bytes === undefined) {
      if (sent.digest === undefined) throw new ServingFailure("invalid-request", "The input image is missing.");
      const key = featureKey({ digest: sent.digest, scope });
      if (!has(key)) throw new UnknownDigestError(key);
      return work({ digest: key, pixels: undefined });
    }
    const digest = await sha256(bytes);
    checkDigest(digest, sent);
    const key = featureKey({ digest, scope });
    const decoded = async () => work({ digest: key, pixels: await decode({ bytes, digest }, requester) });
    if (!has(key)) return decoded();
    try {
      return await work({ digest: key, pixels: undefined });
    } catch (thrown) {
      if (!(thrown instanceof UnknownDigestError)) throw thrown;
      return decoded();
    }
  };
}
