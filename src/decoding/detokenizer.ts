import type { TokenEvent } from "../inference/backend.ts";
import type { Tokenizer } from "../runtime/load-model.ts";
import type { GeneratedToken } from "./search.ts";

/** What a byte-level tokenizer decodes an incomplete character to. */
const REPLACEMENT_CHARACTER = "\uFFFD";

/**
 * Creates an incremental detokenizer: for each id, it returns the text that the id adds. Bytes of an incomplete character are held
 * until the following ids complete it. Bytes that are still held at the end are not returned; the text of all ids includes them.
 */
export function createDetokenizer(decode: (ids: readonly number[]) => string): (id: number) => string {
  let held: readonly number[] = [];
  return (id) => {
    const ids = [...held, id];
    const text = decode(ids);
    held = text.endsWith(REPLACEMENT_CHARACTER) ? ids : [];
    return held.length > 0 ? "" : text;
  };
}

/** Returns a function that emits each token of one generation as a `token` event. Must be called in the order of the tokens. */
export function createTokenEmitter(
  tokenizer: Pick<Tokenizer, "decode">,
  prompt: number,
  emit: (event: TokenEvent) => void,
): (token: GeneratedToken) => void {
  const textOf = createDetokenizer((ids) => tokenizer.decode(ids));
  return ({ id, logprob }) => emit({ type: "token", prompt, id, logprob, text: textOf(id) });
}
