import type { Verdict } from "./failure.ts";

/** When a circuit opens, and for how long. */
export interface BreakerSettings {
  /** Calls that fail one after the other, each after all its attempts, which open the circuit. */
  readonly failures: number;
  /** How long it stays open before one request may probe, in milliseconds. */
  readonly cooldownMs: number;
  /** How long a probe may be silent before another may probe: its holder may have been dropped without running its `finally`. */
  readonly leaseMs: number;
}

/** Five calls in a row, fifteen attempts, are no accident; a probe lives as long as a call may last. */
export const defaultBreaker: BreakerSettings = { failures: 5, cooldownMs: 5000, leaseMs: 30_000 };

/**
 * What is memoized of a server. `epoch` changes with `kind`: an outcome counts only in the epoch that its request was let through in, so
 * one that comes late changes nothing. `sinceMs` is when the epoch began.
 */
export type BreakerState =
  | { readonly kind: "closed"; readonly epoch: number; readonly failures: number }
  | { readonly kind: "open"; readonly epoch: number; readonly sinceMs: number }
  | { readonly kind: "half-open"; readonly epoch: number; readonly sinceMs: number };

/** Where every server begins. */
export const closedState: BreakerState = { kind: "closed", epoch: 0, failures: 0 };

const waits = { open: "cooldownMs", "half-open": "leaseMs" } as const;

/** Milliseconds until a request is let through; 0 for now. A clock that was set back does not keep a circuit open. */
export function waitMs(state: BreakerState, nowMs: number, settings: BreakerSettings): number {
  if (state.kind === "closed") return 0;
  const elapsedMs = nowMs - state.sinceMs;
  return elapsedMs < 0 ? 0 : Math.max(0, settings[waits[state.kind]] - elapsedMs);
}

/** The state once a request has been let through, in whose epoch its outcome counts. To be asked for only when `waitMs` is 0. */
export function admit(state: BreakerState, nowMs: number): BreakerState {
  return state.kind === "closed" ? state : { kind: "half-open", epoch: state.epoch + 1, sinceMs: nowMs };
}

/** The state once the outcome of a request of that epoch is known. */
export function settle(
  state: BreakerState,
  epoch: number,
  verdict: Verdict,
  nowMs: number,
  { failures }: BreakerSettings,
): BreakerState {
  if (epoch !== state.epoch || state.kind === "open") return state;
  const open = (sinceMs: number): BreakerState => ({ kind: "open", epoch: epoch + 1, sinceMs });
  if (state.kind === "half-open") {
    // A probe that found out nothing: the next request probes at once.
    if (verdict === "neither") return open(-Infinity);
    return verdict === "for" ? { kind: "closed", epoch: epoch + 1, failures: 0 } : open(nowMs);
  }
  if (verdict === "neither") return state;
  if (verdict === "for") return { ...state, failures: 0 };
  return state.failures + 1 < failures ? { ...state, failures: state.failures + 1 } : open(nowMs);
}
