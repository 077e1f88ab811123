import type { Outcome } from "./outcome.ts";

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** Formats one outcome as a line of JSON for log collectors. It never contains request content. */
export function logLine({ fault, times, ms, ...outcome }: Outcome, timeMs: number): string {
  const stages = Object.entries<number>({ ...times }).map(
    ([stage, stageMs]) => [`${stage}_ms`, rounded(stageMs)] as const,
  );
  const level = fault === undefined ? "info" : "error";
  const error = fault instanceof Error ? (fault.stack ?? fault.message) : fault;
  const time = new Date(timeMs).toISOString();
  return JSON.stringify({ time, level, ...outcome, ms: rounded(ms), ...Object.fromEntries(stages), error });
}
