import type { EncodedImage } from "../inference/backend.ts";
import { isUnknownDigest } from "./backend-problem.ts";
import type { DigestCache } from "./digest-cache.ts";

/** The digest support of a backend, from its metadata. */
export interface DigestSupport {
  readonly acceptsDigest: boolean;
}

/**
 * Sends a request about an image to a backend: with the digest alone if the image was sent before, and with the image if it is new or the
 * backend no longer has it. `send` gets `isCached`: whether to send the digest alone.
 */
export async function requestDigestFirst<Reply>(
  image: EncodedImage,
  { acceptsDigest }: DigestSupport,
  digests: DigestCache,
  send: (isCached: boolean) => Promise<Reply>,
): Promise<Reply> {
  if (!acceptsDigest) return send(false);
  if (digests.has(image.digest)) {
    try {
      return await send(true);
    } catch (thrown) {
      if (!isUnknownDigest(thrown)) throw thrown;
      digests.remove(image.digest);
    }
  }
  const reply = await send(false);
  digests.add(image.digest);
  return reply;
}
