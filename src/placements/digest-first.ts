import { type EncodedImage, featureKey } from "../inference/backend.ts";
import type { ModelMetadata } from "../inference/protocol/metadata.ts";
import type { DigestSupport } from "../inference/wire.ts";
import { isUnknownDigest } from "./backend-problem.ts";
import type { DigestCache } from "./digest-cache.ts";

/** Returns what a model accepts beside an image's file, from its metadata. */
export function digestSupport({ inputs }: Pick<ModelMetadata, "inputs">): DigestSupport {
  const names = new Set(inputs.map(({ name }) => name));
  return { acceptsDigest: names.has("image_digest"), acceptsScope: names.has("image_scope") };
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
  if (digests.has(featureKey(image))) {
    try {
      return await send(true);
    } catch (thrown) {
      if (!isUnknownDigest(thrown)) throw thrown;
      digests.remove(featureKey(image));
    }
  }
  const reply = await send(false);
  digests.add(featureKey(image));
  return reply;
}
