import { createByteLru } from "../cache/byte-lru.ts";
import {
  type EncodablePrompt,
  type EncodedPrompts,
  type EncodeRequest,
  type EncoderStates,
  ModelChanged,
} from "../inference/backend.ts";
import { stateBytes } from "./encoder-states.ts";

/** Asks the encoders for the states of these prompts. */
export type EncodePrompts = (prompts: readonly EncodablePrompt[]) => Promise<EncodedPrompts>;

/** Encoder states that were had before. */
export interface EncoderStateCache {
  /** What is not known is asked for, in one call. Throws `ModelChanged` where two replies in a row come from another model than what is known. */
  encode(request: EncodeRequest, ask: EncodePrompts): Promise<EncodedPrompts>;
}

/** States, and the revision of the encoders that gave them. */
interface Held {
  readonly states: EncoderStates;
  readonly revision: string | undefined;
}

/**
 * Keeps encoder states. Those of another revision than the encoders named last are not known any more: one answer's prompts are never
 * read by two models.
 */
export function createEncoderStateCache(maxBytes: number): EncoderStateCache {
  const held = createByteLru<Held>({ maxBytes, bytesOf: ({ states }) => stateBytes(states) });
  let last: string | undefined;
  const attempt = async (request: EncodeRequest, ask: EncodePrompts): Promise<EncodedPrompts | undefined> => {
    const before = last;
    const keyOf = ({ text }: EncodablePrompt) => `${request.image.digest} ${text}`;
    const heldOf = (prompt: EncodablePrompt): EncoderStates | undefined => {
      const each = held.get(keyOf(prompt));
      return each !== undefined && each.revision === before ? each.states : undefined;
    };
    const found = new Map(request.prompts.map((prompt) => [prompt, heldOf(prompt)]));
    const missing = request.prompts.filter((prompt) => found.get(prompt) === undefined);
    const { states: asked, revision } = missing.length === 0 ? { states: [], revision: before } : await ask(missing);
    if (missing.length > 0) last = revision;
    for (const [at, prompt] of missing.entries()) {
      const states = asked[at];
      if (states === undefined) continue;
      found.set(prompt, states);
      held.set(keyOf(prompt), { states, revision });
    }
    const isMixed = revision !== before && missing.length < request.prompts.length;
    return isMixed ? undefined : { states: request.prompts.flatMap((prompt) => found.get(prompt) ?? []), revision };
  };
  return {
    encode: async (request, ask) => {
      const encoded = (await attempt(request, ask)) ?? (await attempt(request, ask));
      if (encoded === undefined) throw new ModelChanged("The encoders keep changing.");
      return encoded;
    },
  };
}
