import { ATTEMPT_SECONDS, DELIVERY_SECONDS } from "../contract/webhooks.ts";

const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000] as const;

/** Waits after the first failures, in milliseconds: a receiver that restarts is told soon, and one that is down is not asked often. */
const WAITS_MS = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR] as const;

/** The wait after each later failure, in milliseconds. */
const LAST_WAIT_MS = 2 * HOUR;

/** By how much a wait may be longer, so that events that failed together do not come together again. */
const SPREAD = 0.1;

/**
 * For how long an attempt belongs to whoever began it, in milliseconds. If the process ends meanwhile, it is begun again then: the receiver may have got the event before its answer was
 * noted, and gets it again with the same id.
 */
export const ATTEMPT_LEASE_MS = (ATTEMPT_SECONDS + 5) * SECOND;

/** When an event is told again after its `attempts`-th failure, in milliseconds since 1970; undefined: no more. `random` is in 0..1. */
export function nextAttemptMs(
  { attempts, createdMs }: { readonly attempts: number; readonly createdMs: number },
  nowMs: number,
  random: number,
): number | undefined {
  const waitMs = WAITS_MS[attempts - 1] ?? LAST_WAIT_MS;
  const nextMs = nowMs + Math.round(waitMs * (1 + SPREAD * random));
  return nextMs <= createdMs + DELIVERY_SECONDS * SECOND ? nextMs : undefined;
}
