import { Problem } from "../contract/problems.ts";
import type { Backend, GenerateRequest } from "../inference/backend.ts";

/** What bounds a backend. */
export interface ImageBudgetOptions {
  /** What all pictures that are being asked about may take, with the messages that they are sent in; one alone may take more. */
  readonly maxBytes: number;
  /** Milliseconds after which a question is over, whether it was seen to end or not: workerd drops a request whose caller has left. */
  readonly leaseMs: number;
  readonly now: () => number;
}

interface Held {
  readonly bytes: number;
  readonly untilMs: number;
}

/** A message repeats the picture; a streamed one has it as base64, and that once more within its JSON: three and two thirds in all. */
function bytesOf({ image, stream }: GenerateRequest): number {
  return image.bytes.length * (stream === true ? 4 : 2);
}

/**
 * A backend elsewhere that is asked no more than memory here allows: what waits for it holds its pictures meanwhile. Throws `overloaded`
 * where a question would be too much beside those that are being answered.
 */
export function withImageBudget(backend: Backend, { maxBytes, leaseMs, now }: ImageBudgetOptions): Backend {
  const inside = new Set<Held>();
  const enter = (bytes: number): Held => {
    for (const each of inside) if (each.untilMs <= now()) inside.delete(each);
    const total = [...inside].reduce((sum, each) => sum + each.bytes, bytes);
    if (inside.size > 0 && total > maxBytes) {
      throw new Problem("overloaded", `${inside.size} pictures are before this one.`);
    }
    const held: Held = { bytes, untilMs: now() + leaseMs };
    inside.add(held);
    return held;
  };
  return {
    ...backend,
    generate: async function* (request, signal) {
      const held = enter(bytesOf(request));
      try {
        yield* backend.generate(request, signal);
      } finally {
        inside.delete(held);
      }
    },
  };
}
