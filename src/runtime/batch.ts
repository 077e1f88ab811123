import type { DecoderState, Florence2 } from "./florence2.ts";
import type { Search, Written, WrittenToken } from "./search.ts";
import { type Float32Tensor, free } from "./tensors.ts";

/** Steps between two visits to the event loop: often enough to hear of a cancelled request, seldom enough to cost nothing. */
const STEPS_PER_PAUSE = 8;

/** Who hears of a batch; `prompt` indexes its prompts. */
export interface BatchOptions {
  readonly florence: Pick<Florence2, "begin" | "select" | "step" | "release">;
  /** Called for each token as soon as it is certain. */
  readonly onToken: (prompt: number, token: WrittenToken) => void;
  readonly onWritten: (prompt: number, written: Written) => void;
  /** Awaited every few steps; throws to end all of the batch. */
  readonly pause: () => Promise<void>;
}

/** A search that has not ended. */
interface Running {
  readonly prompt: number;
  readonly search: Search;
  /** Where its rows begin in the step before. */
  readonly first: number;
}

/** Gives every search its rows of the logits, tells what is new, and keeps those that go on. */
function advance(
  running: readonly Running[],
  logits: readonly Float32Array[],
  { onToken, onWritten }: BatchOptions,
): readonly Running[] {
  let first = 0;
  return running.flatMap(({ prompt, search }): readonly Running[] => {
    const begin = first;
    first += search.rows.length;
    const next = search.next(logits.slice(begin, first));
    const tokens = "tokens" in next ? next.tokens : next.certain;
    for (const token of tokens.slice(search.certain.length)) onToken(prompt, token);
    if (!("tokens" in next)) return [{ prompt, search: next, first: begin }];
    onWritten(prompt, next);
    return [];
  });
}

/**
 * Searches the answers to all prompts of `encoded` side by side, each from `start`, one step of the decoder for all of
 * them. A prompt whose answer is done leaves the batch, and the others get faster.
 */
export async function searchTogether(
  encoded: readonly Float32Tensor[],
  start: Search,
  options: BatchOptions,
): Promise<void> {
  const { florence, pause } = options;
  let state = florence.begin(encoded);
  const goTo = (next: DecoderState): void => {
    if (next !== state) florence.release(state, [next]);
    state = next;
  };
  let running: readonly Running[] = encoded.map((_, prompt) => ({ prompt, search: start, first: prompt }));
  try {
    for (let steps = 1; running.length > 0; steps++) {
      const sources = running.flatMap(({ search, first }) => search.rows.map(({ source }) => first + source));
      const ids = running.flatMap(({ search }) => search.rows.map(({ id }) => id));
      goTo(florence.select(state, sources));
      const step = await florence.step(state, ids);
      goTo(step.state);
      running = advance(running, step.logits, options);
      free(step.logits);
      if (steps % STEPS_PER_PAUSE === 0) await pause();
    }
  } finally {
    florence.release(state, []);
  }
}
