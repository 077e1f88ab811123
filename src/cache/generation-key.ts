import { sha256 } from "../bytes/sha256.ts";

/**
 * Version of the key. It changes when older entries must no longer be found: when a `Generation` gets other fields, a field gets another
 * meaning, or other pixels are made of a file (2: a WebP is no longer rotated).
 */
const KEY_VERSION = 2;

/** Everything that a generation depends on, and nothing else: neither how the image was sent nor how the answer is formatted. */
export interface GenerationKeyParts {
  /** Separates the entries of one deployment from all others. */
  readonly salt: string;
  /** SHA-256 of the image's bytes. */
  readonly digest: string;
  readonly prompt: string;
  readonly model: { readonly id: string; readonly revision: string; readonly dtype: string };
  /** `undefined` selects the model's own setting, which the model's revision determines. The same setting sent explicitly gives another key. */
  readonly decoding: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** Returns the same text for equal parts, whatever the order of their fields. */
function canonical({ salt, digest, prompt, model, decoding }: GenerationKeyParts): string {
  const settings = Object.entries(decoding)
    .filter(([, value]) => value !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([KEY_VERSION, salt, digest, prompt, model.id, model.revision, model.dtype, settings]);
}

/** Returns the key of a generation in every level of the cache: 64 hexadecimal digits that reveal nothing about the parts. */
export function generationKey(parts: GenerationKeyParts): Promise<string> {
  return sha256(canonical(parts));
}
