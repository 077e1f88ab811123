/**
 * `requests` in `seconds`: a burst of as many, and then one each `seconds / requests`, so that no period has more than twice as many. Both are positive
 * integers.
 */
export interface RatePolicy {
  /** Names the policy in RateLimit headers, as in `requests`. */
  readonly name: string;
  readonly requests: number;
  readonly seconds: number;
}

/**
 * For each policy by its name, the theoretical arrival time of GCRA (ITU-T I.371, annex A): when all requests until now would have arrived, had they come
 * evenly, in microseconds since 1970. They are integers, below 2^53 until the year 2255, so nothing is rounded. A policy without one has seen no request.
 */
export type RateState = ReadonlyMap<string, number>;

/** What a policy says to one request. */
export interface RateDecision {
  readonly policy: RatePolicy;
  readonly isAllowed: boolean;
  /** Requests that may follow at once. */
  readonly remaining: number;
  /** Seconds until all of `requests` may follow at once; if `remaining` is 0, until one may. In either case, `remaining` may be sent within them. */
  readonly resetSeconds: number;
  /** Seconds after which the same request is allowed; 0 if it is. */
  readonly retryAfterSeconds: number;
}

/** One policy with its time before and after a request that it allows. */
interface Meter {
  readonly policy: RatePolicy;
  readonly beforeUs: number;
  readonly afterUs: number;
  /** Microseconds between two requests, rounded up. */
  readonly intervalUs: number;
  readonly isAllowed: boolean;
}

/** How long a burst of all requests of a policy counts: its period, to the rounding of the interval. */
function windowUs({ policy, intervalUs }: Pick<Meter, "policy" | "intervalUs">): number {
  return policy.requests * intervalUs;
}

function meterOf(policy: RatePolicy, state: RateState, nowUs: number): Meter {
  const intervalUs = Math.ceil((policy.seconds * 1_000_000) / policy.requests);
  const latestUs = nowUs + windowUs({ policy, intervalUs });
  // A time later than this can only come from a clock that has jumped back, or from a stricter policy: then all is used up, and no more than that.
  const beforeUs = Math.min(Math.max(state.get(policy.name) ?? nowUs, nowUs), latestUs);
  const afterUs = beforeUs + intervalUs;
  return { policy, beforeUs, afterUs, intervalUs, isAllowed: afterUs <= latestUs };
}

function seconds(microseconds: number): number {
  return Math.ceil(microseconds / 1_000_000);
}

function decisionOf(meter: Meter, usedUs: number, nowUs: number): RateDecision {
  const { policy, intervalUs, isAllowed, afterUs } = meter;
  const freeUs = nowUs + windowUs(meter) - usedUs;
  const remaining = Math.floor(freeUs / intervalUs);
  const resetUs = remaining > 0 ? usedUs - nowUs : intervalUs - freeUs;
  const retryAfterSeconds = isAllowed ? 0 : seconds(afterUs - nowUs - windowUs(meter));
  return { policy, isAllowed, remaining, resetSeconds: seconds(resetUs), retryAfterSeconds };
}

/** What a request's policies say together. */
export interface RateOutcome {
  readonly isAllowed: boolean;
  /** The state after it, to be kept even if the request is refused: then it is as before, but never further ahead of the clock than a burst. */
  readonly state: RateState;
  /** One for each policy, in their order; those that refuse have `isAllowed` false. */
  readonly decisions: readonly RateDecision[];
}

/** What is told to whoever sent the request. */
export type RateReply = Omit<RateOutcome, "state">;

/**
 * Asks all policies whether a request may come now, and counts it in each; in none, if one refuses. `nowMs` are milliseconds since 1970, in whole
 * numbers. A clock that jumps back makes a key wait for one interval after its next request at most, and gives it no burst.
 */
export function takeRate(policies: readonly RatePolicy[], state: RateState, nowMs: number): RateOutcome {
  const nowUs = nowMs * 1000;
  const meters = policies.map((policy) => meterOf(policy, state, nowUs));
  const isAllowed = meters.every((meter) => meter.isAllowed);
  const used = meters.map((meter) => ({ meter, usedUs: isAllowed ? meter.afterUs : meter.beforeUs }));
  return {
    isAllowed,
    state: new Map(used.map(({ meter, usedUs }) => [meter.policy.name, usedUs])),
    decisions: used.map(({ meter, usedUs }) => decisionOf(meter, usedUs, nowUs)),
  };
}
