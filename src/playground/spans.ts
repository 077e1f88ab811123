import type { Reply } from "./state.ts";

/** What time went into, and how much of it in milliseconds. */
export type Span = readonly [name: string, ms: number];

/** The stage that has stages of its own, where whoever runs the model tells of them: what is left of it is the way there and back. */
const WHOLE = "generate";
const PARTS: ReadonlySet<string> = new Set(["queue", "encode", "decode"]);

function sum(spans: readonly Span[]): number {
  return spans.reduce((total, [, ms]) => total + ms, 0);
}

/** Shorter ones are not worth a word, in milliseconds. */
const SHORTEST = 0.5;

/** An answer's time in pieces that do not overlap: the server's stages, and the rest, which is the network's and this page's. */
export function spansOf({ timings, ms }: Pick<Reply, "timings" | "ms">): readonly Span[] {
  const stages = Object.entries(timings);
  const inner = sum(stages.filter(([name]) => PARTS.has(name)));
  const apart = stages.map(([name, each]): Span => [name, name === WHOLE ? Math.max(0, each - inner) : each]);
  return [...apart.filter(([, each]) => each >= SHORTEST), ["elsewhere", Math.max(0, ms - sum(apart))]];
}
