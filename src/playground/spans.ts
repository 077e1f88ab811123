import type { Reply } from "./state.ts";

/** A named share of the response time, in milliseconds. */
export type Span = readonly [name: string, ms: number];

/** The stage that contains the stages `PARTS`, if the backend reports them. The rest of it is the transfer to and from the backend. */
const WHOLE = "generate";
const PARTS: ReadonlySet<string> = new Set(["queue", "encode", "decode"]);

function sum(spans: readonly Span[]): number {
  return spans.reduce((total, [, ms]) => total + ms, 0);
}

/** Shorter spans are omitted, in milliseconds. */
const MIN_SPAN_MS = 0.5;

/** Splits the response time into spans that do not overlap: the server's stages, and `elsewhere`, the time of the network and this page. */
export function spansOf({ timings, ms }: Pick<Reply, "timings" | "ms">): readonly Span[] {
  const stages = Object.entries(timings);
  const partsMs = sum(stages.filter(([name]) => PARTS.has(name)));
  const exclusive = stages.map(([name, each]): Span => [name, name === WHOLE ? Math.max(0, each - partsMs) : each]);
  return [...exclusive.filter(([, each]) => each >= MIN_SPAN_MS), ["elsewhere", Math.max(0, ms - sum(exclusive))]];
}
