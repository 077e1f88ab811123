import { Problem } from "../contract/problems.ts";

/** How often waiters check for the result at first, in milliseconds: short compared to the tens of milliseconds that an answer takes. */
const POLL_MS = 4;

/**
 * Maximum interval between two checks; below it, the interval is `POLL_FRACTION` of the time waited so far. A check takes about 18 µs of processor
 * time under workerd, charged to each waiter: at one check every 4 ms, a wait of ten seconds would use more than a free plan allows.
 */
export const MAX_POLL_MS = 100;
const POLL_FRACTION = 1 / 16;

/** How often a leader renews its lease, in milliseconds. */
export const RENEW_MS = 500;

/** Duration of a leader's lease, in milliseconds: several renewals, which come late on a busy machine. When it expires, the next waiter leads. */
export const LEASE_MS = 2000;

/** A clock and a timer. */
export interface Timers {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** A value, and whether it is the result of another request's work. */
export interface Coalesced<Value> {
  readonly value: Value;
  readonly isCollapsed: boolean;
}

/** Runs work once for all concurrent calls with the same key. */
export interface SingleFlight<Value> {
  /** `check` throws once the caller no longer needs the value. Rejects with the error of the work or of `check`. */
  run(key: string, check: () => void, work: () => Promise<Value>): Promise<Coalesced<Value>>;
  /** Number of keys with work in progress, or with an expired lease that is not removed yet. */
  readonly size: number;
}

type Result<Value> = { readonly value: Value } | { readonly problem: Problem };

/** One key's work, as its waiters see it. */
interface Flight<Value> {
  renewedMs: number;
  result: Result<Value> | undefined;
  /** Whether the leader ended without a result: it was cancelled, or failed with an error that may not recur in another attempt. */
  isReleased: boolean;
}

/** Whether a failure is the result of all waiters. A disconnected caller or a bug does not mean that the next attempt fails. */
export function isShared(thrown: unknown): thrown is Problem {
  return thrown instanceof Problem && thrown.code !== "request-cancelled";
}

/** Renews the lease until the flight is over; stops when workerd drops the leader's request. */
async function renewLease<Value>(flight: Flight<Value>, { now, sleep }: Timers): Promise<void> {
  for (;;) {
    await sleep(RENEW_MS);
    if (isOver(flight)) return;
    flight.renewedMs = now();
  }
}

/**
 * Whether a lease has expired. After a jump of the clock, also of one that is renewed: the work is then done twice, once. Otherwise a clock that was set
 * back would make waiters of a dropped leader wait until it has caught up.
 */
function hasExpired({ renewedMs }: Flight<unknown>, nowMs: number): boolean {
  return Math.abs(nowMs - renewedMs) > LEASE_MS;
}

function isOver({ result, isReleased }: Flight<unknown>): boolean {
  return result !== undefined || isReleased;
}

/** Does the work, and stores its result for the waiters. */
async function lead<Value>(flight: Flight<Value>, work: () => Promise<Value>, timers: Timers): Promise<Value> {
  void renewLease(flight, timers);
  try {
    const value = await work();
    flight.result = { value };
    return value;
  } catch (thrown) {
    if (isShared(thrown)) flight.result = { problem: thrown };
    flight.isReleased = true;
    throw thrown;
  }
}

/** Polls for a flight's result; returns undefined if the leader has released the lease or the lease has expired. */
async function wait<Value>(
  flight: Flight<Value>,
  check: () => void,
  { now, sleep }: Timers,
): Promise<Result<Value> | undefined> {
  const begunMs = now();
  for (;;) {
    if (flight.result !== undefined) return flight.result;
    if (flight.isReleased || hasExpired(flight, now())) return undefined;
    await sleep(Math.min(MAX_POLL_MS, Math.max(POLL_MS, (now() - begunMs) * POLL_FRACTION)));
    check();
  }
}

/**
 * Coalesces equal work within an isolate. Waiters poll instead of awaiting the leader's promise: workerd forbids awaiting another request's promise, and
 * drops a request when its client leaves, without running its `finally`. A leader therefore renews a lease; when it expires, the next waiter leads.
 */
export function createSingleFlight<Value>(timers: Timers): SingleFlight<Value> {
  const flights = new Map<string, Flight<Value>>();
  const remove = (key: string, flight: Flight<Value>): void => {
    if (flights.get(key) === flight) flights.delete(key);
  };
  // A dropped leader never removes its flight; a waiter does, but only if there is another request for the same key.
  const removeExpired = (): void => {
    for (const [key, flight] of flights) if (hasExpired(flight, timers.now())) remove(key, flight);
  };
  const start = async (key: string, work: () => Promise<Value>): Promise<Value> => {
    removeExpired();
    const flight: Flight<Value> = { renewedMs: timers.now(), result: undefined, isReleased: false };
    flights.set(key, flight);
    try {
      return await lead(flight, work, timers);
    } finally {
      remove(key, flight);
    }
  };
  return {
    get size() {
      return flights.size;
    },
    run: async (key, check, work) => {
      for (;;) {
        const flight = flights.get(key);
        if (flight === undefined) return { value: await start(key, work), isCollapsed: false };
        const result = await wait(flight, check, timers);
        if (result !== undefined && "problem" in result) throw result.problem;
        if (result !== undefined) return { value: result.value, isCollapsed: true };
        // The first waiter to notice becomes the leader; the others find its flight.
        remove(key, flight);
      }
    },
  };
}
