import type { Outcome } from "./outcome.ts";

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** One outcome as a line of JSON, as log collectors read them. What a caller sent never is in it. */
export function logLine({ fault, times, ms, ...outcome }: Outcome, timeMs: number): string {
  const stages = Object.entries<number>({ ...times }).map(([stage, took]) => [`${stage}_ms`, rounded(took)] as const);
  const level = fault === undefined ? "info" : "error";
  const error = fault instanceof Error ? (fault.stack ?? fault.message) : fault;
  const time = new Date(timeMs).toISOString();
  return JSON.stringify({ time, level, ...outcome, ms: rounded(ms), ...Object.fromEntries(stages), error });
}
