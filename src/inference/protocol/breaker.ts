import type { Outcome } from "./failure.ts";

/** When a circuit opens and for how long. */
export interface BreakerSettings {
  /** Consecutive failed calls, each after all its attempts, that open the circuit. */
  readonly failures: number;
  /** How long the circuit stays open before one request may probe the server, in milliseconds. */
  readonly cooldownMs: number;
  /** Milliseconds after which another request may probe: the first probe may have been dropped without running its `finally`. */
  readonly leaseMs: number;
}

/** Five consecutive calls are fifteen attempts, too many to fail by chance; a probe's lease is as long as the longest call. */
export const defaultBreaker: BreakerSettings = { failures: 5, cooldownMs: 5000, leaseMs: 30_000 };

/**
 * State of the breaker of one server. `epoch` changes with `kind`: an outcome counts only in the epoch in which its request was admitted, so
 * a late outcome changes nothing. `sinceMs` is the start of the epoch.
 */
export type BreakerState =
  | { readonly kind: "closed"; readonly epoch: number; readonly failures: number }
  | { readonly kind: "open"; readonly epoch: number; readonly sinceMs: number }
  | { readonly kind: "half-open"; readonly epoch: number; readonly sinceMs: number };

/** Initial state of every server. */
export const closedState: BreakerState = { kind: "closed", epoch: 0, failures: 0 };

const waits = { open: "cooldownMs", "half-open": "leaseMs" } as const;

/** Milliseconds until the next request is admitted; 0 if it is admitted now. A clock that was set back does not keep a circuit open. */
export function waitMs(state: BreakerState, nowMs: number, settings: BreakerSettings): number {
  if (state.kind === "closed") return 0;
  const elapsedMs = nowMs - state.sinceMs;
  return elapsedMs < 0 ? 0 : Math.max(0, settings[waits[state.kind]] - elapsedMs);
}

/** The state after a request is admitted; the outcome of the request counts in the epoch of this state. Call only when `waitMs` is 0. */
export function admit(state: BreakerState, nowMs: number): BreakerState {
  return state.kind === "closed" ? state : { kind: "half-open", epoch: state.epoch + 1, sinceMs: nowMs };
}

/** The state after the outcome of a request that was admitted in `epoch`. */
export function recordOutcome(
  state: BreakerState,
  epoch: number,
  outcome: Outcome,
  nowMs: number,
  { failures }: BreakerSettings,
): BreakerState {
  if (epoch !== state.epoch || state.kind === "open") return state;
  const open = (sinceMs: number): BreakerState => ({ kind: "open", epoch: epoch + 1, sinceMs });
  if (state.kind === "half-open") {
    // An inconclusive probe: the next request probes at once.
    if (outcome === "ignored") return open(-Infinity);
    return outcome === "success" ? { kind: "closed", epoch: epoch + 1, failures: 0 } : open(nowMs);
  }
  if (outcome === "ignored") return state;
  if (outcome === "success") return { ...state, failures: 0 };
  return state.failures + 1 < failures ? { ...state, failures: state.failures + 1 } : open(nowMs);
}
