import { Problem } from "../contract/problems.ts";

/** How often those who wait look at first, in milliseconds: little beside the tens that an answer takes. */
const POLL_MS = 4;

/**
 * How seldom they look at last, and the part of the time that they have waited at which they look until then. A look takes some 18 µs of the
 * processor's time under workerd, which is each request's own: every 4 ms, a wait of ten seconds would use up more than a free plan allows.
 */
export const MAX_POLL_MS = 100;
const POLL_PART = 1 / 16;

/** How often a leader says that it lives, in milliseconds. */
export const HEARTBEAT_MS = 500;

/** How long a leader may be silent before the next in line takes over, in milliseconds: some heartbeats late on a busy machine. */
export const FLIGHT_LEASE_MS = 2000;

/** What a flight needs of the world. */
export interface FlightWorld {
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** A value, and whether another request's work gave it. */
export interface Landed<Value> {
  readonly value: Value;
  readonly isCollapsed: boolean;
}

/** Work that is done once for all who ask for it at the same time. */
export interface SingleFlight<Value> {
  /** `check` throws once nobody wants the value. Rejects with what the work, or `check`, throws. */
  run(key: string, check: () => void, work: () => Promise<Value>): Promise<Landed<Value>>;
  /** Works that are under way, or seem so. */
  readonly size: number;
}

type Outcome<Value> = { readonly value: Value } | { readonly problem: Problem };

/** One key's work, as those who wait for it see it. */
interface Flight<Value> {
  seenMs: number;
  outcome: Outcome<Value> | undefined;
  /** Whether its leader has left without an outcome: cancelled, or broken in a way that need not be another's. */
  isAbandoned: boolean;
}

/** Whether a failure is everybody's who waits. A leader whose caller left, or who met a bug, says nothing of what the next one will meet. */
export function isShared(thrown: unknown): thrown is Problem {
  return thrown instanceof Problem && thrown.code !== "request-cancelled";
}

/** Says again and again that a leader lives, until it has landed; silent when its request is dropped. */
async function heartbeat<Value>(flight: Flight<Value>, { now, sleep }: FlightWorld): Promise<void> {
  for (;;) {
    await sleep(HEARTBEAT_MS);
    if (hasLanded(flight)) return;
    flight.seenMs = now();
  }
}

function isSilent({ seenMs }: Flight<unknown>, nowMs: number): boolean {
  return nowMs - seenMs > FLIGHT_LEASE_MS;
}

function hasLanded({ outcome, isAbandoned }: Flight<unknown>): boolean {
  return outcome !== undefined || isAbandoned;
}

/** Does the work, and leaves its outcome where those who wait will look. */
async function lead<Value>(flight: Flight<Value>, work: () => Promise<Value>, world: FlightWorld): Promise<Value> {
  void heartbeat(flight, world);
  try {
    const value = await work();
    flight.outcome = { value };
    return value;
  } catch (thrown) {
    if (isShared(thrown)) flight.outcome = { problem: thrown };
    flight.isAbandoned = true;
    throw thrown;
  }
}

/** Waits for a flight's outcome; nothing where its leader has left or fallen silent. */
async function follow<Value>(
  flight: Flight<Value>,
  check: () => void,
  { now, sleep }: FlightWorld,
): Promise<Outcome<Value> | undefined> {
  const begunMs = now();
  for (;;) {
    if (flight.outcome !== undefined) return flight.outcome;
    if (flight.isAbandoned || isSilent(flight, now())) return undefined;
    await sleep(Math.min(MAX_POLL_MS, Math.max(POLL_MS, (now() - begunMs) * POLL_PART)));
    check();
  }
}

/**
 * Collapses equal work within an isolate. Those who wait look for themselves, and await nothing that belongs to the leader:
 * workerd forbids waiting for another request's promise, and drops a request whose client has left without running its
 * `finally`. So a leader keeps saying that it lives, and when it falls silent the next in line takes over.
 */
export function createSingleFlight<Value>(world: FlightWorld): SingleFlight<Value> {
  const flights = new Map<string, Flight<Value>>();
  const leave = (key: string, flight: Flight<Value>): void => {
    if (flights.get(key) === flight) flights.delete(key);
  };
  // Of a leader who was dropped nobody else would take away the flight, unless the same is asked again.
  const forgetSilent = (): void => {
    for (const [key, flight] of flights) if (isSilent(flight, world.now())) leave(key, flight);
  };
  const takeOff = async (key: string, work: () => Promise<Value>): Promise<Value> => {
    forgetSilent();
    const flight: Flight<Value> = { seenMs: world.now(), outcome: undefined, isAbandoned: false };
    flights.set(key, flight);
    try {
      return await lead(flight, work, world);
    } finally {
      leave(key, flight);
    }
  };
  return {
    get size() {
      return flights.size;
    },
    run: async (key, check, work) => {
      for (;;) {
        const flight = flights.get(key);
        if (flight === undefined) return { value: await takeOff(key, work), isCollapsed: false };
        const outcome = await follow(flight, check, world);
        if (outcome !== undefined && "problem" in outcome) throw outcome.problem;
        if (outcome !== undefined) return { value: outcome.value, isCollapsed: true };
        // The first to notice makes room for itself; the others find its flight.
        leave(key, flight);
      }
    },
  };
}
