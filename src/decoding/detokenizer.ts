import type { TokenEvent } from "../inference/backend.ts";
import type { Tokenizer } from "../runtime/load-model.ts";
import type { GeneratedToken } from "./search.ts";

/** What a byte-level vocabulary gives for half a character. */
const HALF_A_CHARACTER = "\uFFFD";

/**
 * Ids to text while they come: says what each adds. Bytes that make no whole character yet wait for those that follow; what waits at the
 * end is never said, and is what the text of all ids has more.
 */
export function createDetokenizer(decode: (ids: readonly number[]) => string): (id: number) => string {
  let held: readonly number[] = [];
  return (id) => {
    const ids = [...held, id];
    const text = decode(ids);
    held = text.endsWith(HALF_A_CHARACTER) ? ids : [];
    return held.length > 0 ? "" : text;
  };
}

/** Tokens of one answer as events of the port, in their order. */
export function createTokenEmitter(
  tokenizer: Pick<Tokenizer, "decode">,
  prompt: number,
  emit: (event: TokenEvent) => void,
): (token: GeneratedToken) => void {
  const textOf = createDetokenizer((ids) => tokenizer.decode(ids));
  return ({ id, logprob }) => emit({ type: "token", prompt, id, logprob, text: textOf(id) });
}
