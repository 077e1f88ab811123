import { generationKey, type GenerationKeyParts } from "../cache/generation-key.ts";
import type { Decoding, ModelIdentity } from "../inference/backend.ts";

/** What the keys of several prompts depend on besides them. */
interface SharedParts extends Pick<GenerationKeyParts, "salt" | "digest"> {
  readonly model: ModelIdentity;
  readonly decoding: Decoding;
}

/** Returns the keys of prompts. */
export type KeysOf = (prompts: readonly string[], shared: SharedParts) => Promise<readonly string[]>;

/** Whether keys depend on nothing that differs. */
function isSame(one: SharedParts, other: SharedParts): boolean {
  return (
    one.salt === other.salt &&
    one.digest === other.digest &&
    one.model === other.model &&
    one.decoding === other.decoding
  );
}

/** The keys of prompts. */
export const keysOfPrompts: KeysOf = (prompts, shared) => {
  const parts = { ...shared, decoding: { ...shared.decoding } };
  return Promise.all(prompts.map((prompt) => generationKey({ ...parts, prompt })));
};

/** Creates a function that remembers the keys of prompts in the same array, as long as there is the array: a repeated request has the same. */
export function createKeysOf(): KeysOf {
  const known = new WeakMap<readonly string[], SharedParts & { readonly keys: readonly string[] }>();
  return async (prompts, shared) => {
    const found = known.get(prompts);
    if (found !== undefined && isSame(found, shared)) return found.keys;
    const keys = await keysOfPrompts(prompts, shared);
    known.set(prompts, { ...shared, keys });
    return keys;
  };
}
