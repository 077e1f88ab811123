import { sha256 } from "../bytes/sha256.ts";

/** Changes when entries of before must not be found any more: when a `Generation` gets other fields, or the same fields mean something else. */
const KEY_VERSION = 1;

/** What a generation hangs on, and nothing else: neither how its image was sent nor how its answer is shown. */
export interface GenerationParts {
  /** Keeps the entries of one account apart from all others, so that nobody learns what another has sent. */
  readonly salt: string;
  /** SHA-256 of the image's bytes. */
  readonly digest: string;
  readonly prompt: string;
  readonly model: { readonly id: string; readonly revision: string; readonly dtype: string };
  /** `undefined` is the model's own setting, and so another key than its number: the model's revision says which that is. */
  readonly decoding: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** The same text for the same parts, whatever order their fields come in. */
function canonical({ salt, digest, prompt, model, decoding }: GenerationParts): string {
  const settings = Object.entries(decoding)
    .filter(([, value]) => value !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([KEY_VERSION, salt, digest, prompt, model.id, model.revision, model.dtype, settings]);
}

/** The key of a generation in every level of the cache: 64 hexadecimal digits that tell nothing of the parts. */
export function generationKey(parts: GenerationParts): Promise<string> {
  return sha256(canonical(parts));
}
