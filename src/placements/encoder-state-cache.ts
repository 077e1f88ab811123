import { createByteLru } from "../cache/byte-lru.ts";
import {
  type EncodablePrompt,
  type EncodedPrompts,
  type EncodeRequest,
  type EncoderStates,
  featureKey,
  ModelChanged,
} from "../inference/backend.ts";
import { stateBytes } from "./encoder-states.ts";

/** Encodes prompts that are not in the cache. */
export type EncodePrompts = (prompts: readonly EncodablePrompt[]) => Promise<EncodedPrompts>;

/** A cache of encoder states. */
export interface EncoderStateCache {
  /**
   * Returns cached states, and encodes all misses in one call. Throws `ModelChanged` if two consecutive replies come from another model than
   * the cached states.
   */
  encode(request: EncodeRequest, encodeMisses: EncodePrompts): Promise<EncodedPrompts>;
}

/** States and the revision of the encoders that produced them. */
interface CachedStates {
  readonly states: EncoderStates;
  readonly revision: string | undefined;
}

/**
 * Creates a cache of at most `maxBytes`. States of another revision than that of the last reply count as misses, so that the states of one
 * request never come from two models.
 */
export function createEncoderStateCache(maxBytes: number): EncoderStateCache {
  const cache = createByteLru<CachedStates>({ maxBytes, bytesOf: ({ states }) => stateBytes(states) });
  let lastRevision: string | undefined;
  const attempt = async (request: EncodeRequest, encodeMisses: EncodePrompts): Promise<EncodedPrompts | undefined> => {
    const before = lastRevision;
    const keyOf = ({ text }: EncodablePrompt) => `${featureKey(request.image)} ${text}`;
    const lookUp = (prompt: EncodablePrompt): EncoderStates | undefined => {
      const entry = cache.get(keyOf(prompt));
      return entry !== undefined && entry.revision === before ? entry.states : undefined;
    };
    const results = new Map(request.prompts.map((prompt) => [prompt, lookUp(prompt)]));
    const misses = request.prompts.filter((prompt) => results.get(prompt) === undefined);
    const { states: encoded, revision } =
      misses.length === 0 ? { states: [], revision: before } : await encodeMisses(misses);
    if (misses.length > 0) lastRevision = revision;
    for (const [index, prompt] of misses.entries()) {
      const states = encoded[index];
      if (states === undefined) continue;
      results.set(prompt, states);
      cache.set(keyOf(prompt), { states, revision });
    }
    const isMixed = revision !== before && misses.length < request.prompts.length;
    return isMixed ? undefined : { states: request.prompts.flatMap((prompt) => results.get(prompt) ?? []), revision };
  };
  return {
    encode: async (request, encodeMisses) => {
      const encoded = (await attempt(request, encodeMisses)) ?? (await attempt(request, encodeMisses));
      if (encoded === undefined) throw new ModelChanged("The encoders keep changing.");
      return encoded;
    },
  };
}
