import type { EncodedImage } from "../inference/backend.ts";
import { isUnknownDigest } from "./backend-problem.ts";
import type { DigestCache } from "./digest-cache.ts";

/** What a backend says of the inputs it takes. */
export interface TakesDigest {
  readonly acceptsDigest: boolean;
}

/**
 * Asks a backend about a picture: with its digest alone where the picture was sent before, and with the picture when that
 * turns out to be forgotten, or is new. `ask` is told whether the picture is held.
 */
export async function requestDigestFirst<Reply>(
  image: EncodedImage,
  { acceptsDigest }: TakesDigest,
  sent: DigestCache,
  ask: (isHeld: boolean) => Promise<Reply>,
): Promise<Reply> {
  if (!acceptsDigest) return ask(false);
  if (sent.has(image.digest)) {
    try {
      return await ask(true);
    } catch (thrown) {
      if (!isUnknownDigest(thrown)) throw thrown;
      sent.remove(image.digest);
    }
  }
  const reply = await ask(false);
  sent.add(image.digest);
  return reply;
}
