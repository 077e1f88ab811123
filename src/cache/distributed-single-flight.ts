import { isProblemCode, Problem } from "../contract/problems.ts";
import type { FlightDesk } from "./coordinator.ts";
import type { FlightAnswer, FlightOutcome } from "./coordinator-state.ts";
import { type FlightWorld, isShared, type Landed } from "./single-flight.ts";

/** How often a leader says that it lives, in milliseconds: each costs a message. */
export const RENEW_MS = 1000;

/** How long one question waits for its answer, in milliseconds: a caller who leaves is noticed in between. */
export const POLL_MS = 2000;

/** How long a message may take beside that, in milliseconds: around the world and back, and an object that is made for it. */
export const TRIP_MS = 1000;

/** How long nobody is asked after a desk has failed, in milliseconds: not every miss is to wait for it in vain. */
export const REST_MS = 10_000;

/** What the isolates of the world share flights with. */
export interface SharedFlightOptions<Value> extends FlightWorld {
  /** The desk of a key. */
  readonly deskOf: (key: string) => FlightDesk;
  /** A name that no other flight has. */
  readonly newMember: () => string;
  /** A value as it is handed over, and back; undefined where the text is none. */
  readonly write: (value: Value) => string;
  readonly read: (text: string) => Value | undefined;
  /** Takes work that need not be waited for, and never rejects (workerd's `waitUntil`). */
  readonly holdOpen: (work: Promise<void>) => void;
  /** Hears why a desk is gone without, at most once in `REST_MS`. */
  readonly logFailure: (thrown: unknown) => void;
}

/** Who asks for shared work. */
export interface Passenger {
  /** Throws once nobody wants the value. */
  readonly check: () => void;
  /** How old a value may be that has landed before; 0 takes none. */
  readonly maxAgeMs: number;
}

/** Work that is done once for all isolates that ask for it at the same time. Rejects with what the work, its leader's or `check` throws. */
export interface SharedFlight<Value> {
  run(key: string, passenger: Passenger, work: () => Promise<Value>): Promise<Landed<Value>>;
}

/** Each isolate works for itself. */
export const unshared = {
  run: async <Value>(_key: string, _passenger: Passenger, work: () => Promise<Value>): Promise<Landed<Value>> => ({
    value: await work(),
    isCollapsed: false,
  }),
};

async function within<Value>(milliseconds: number, work: Promise<Value>, sleep: FlightWorld["sleep"]): Promise<Value> {
  const late = sleep(milliseconds).then((): never => {
    throw new Error(`No answer after ${milliseconds} ms.`);
  });
  return Promise.race([work, late]);
}

function outcomeOf(thrown: Problem): FlightOutcome {
  return { problem: { code: thrown.code, detail: thrown.detail } };
}

/** What became of another's work. A problem that this version does not know is one of its own; a text that is no value is nothing. */
function valueOf<Value>(outcome: FlightOutcome, read: SharedFlightOptions<Value>["read"]): Value | undefined {
  if ("value" in outcome) return read(outcome.value);
  const { code, detail } = outcome.problem;
  throw new Problem(isProblemCode(code) ? code : "internal", detail);
}

/** A member at a desk. */
interface Seat {
  readonly desk: FlightDesk;
  readonly member: string;
}

/** Asks until there is an answer other than `wait`; undefined where the desk gives none in time. */
async function turnAt<Value>(
  { desk, member }: Seat,
  { check, maxAgeMs }: Passenger,
  { sleep, logFailure }: SharedFlightOptions<Value>,
): Promise<Exclude<FlightAnswer, { type: "wait" }> | undefined> {
  let joinedMs: number | undefined;
  for (;;) {
    // The first question is answered at once, so a desk that is slow costs one trip.
    const patienceMs = joinedMs === undefined ? 0 : POLL_MS;
    const asked = (async () => desk.ask({ member, maxAgeMs, joinedMs, patienceMs }))();
    const answer = await within(patienceMs + TRIP_MS, asked, sleep).catch((thrown: unknown) => {
      logFailure(thrown);
      return undefined;
    });
    if (answer?.type !== "wait") return answer;
    check();
    ({ joinedMs } = answer);
  }
}

/** Whether the desk hears it or not: a leader who is thought dead loses nothing but its lead. */
function tell(message: Promise<void>): Promise<void> {
  return message.catch(() => {});
}

/** Does the work for all, saying again and again that it is being done. */
async function lead<Value>(
  { desk, member }: Seat,
  work: () => Promise<Value>,
  { sleep, write, holdOpen }: SharedFlightOptions<Value>,
): Promise<Value> {
  let isOver = false;
  const beat = async (): Promise<void> => {
    for (;;) {
      await sleep(RENEW_MS);
      if (isOver) return;
      await tell(desk.renew(member));
    }
  };
  void beat();
  try {
    const value = await work();
    holdOpen(tell(desk.end(member, { value: write(value) })));
    return value;
  } catch (thrown) {
    holdOpen(tell(isShared(thrown) ? desk.end(member, outcomeOf(thrown)) : desk.leave(member)));
    throw thrown;
  } finally {
    isOver = true;
  }
}

/**
 * Collapses equal work across isolates. Whoever the key's desk gives the turn does the work, renews its lease and hands over what it has
 * made; a leader's failure is everybody's who waits, and the next to come tries anew. A desk that is slow or gone is gone without.
 */
export function createSharedFlight<Value>(options: SharedFlightOptions<Value>): SharedFlight<Value> {
  let restsUntilMs = -Infinity;
  const logFailure = (thrown: unknown): void => {
    restsUntilMs = options.now() + REST_MS;
    options.logFailure(thrown);
  };
  return {
    run: async (key, passenger, work) => {
      if (options.now() < restsUntilMs) return unshared.run(key, passenger, work);
      const seat: Seat = { desk: options.deskOf(key), member: options.newMember() };
      const turn = await turnAt(seat, passenger, { ...options, logFailure });
      const checked = async (): Promise<Value> => {
        passenger.check();
        return work();
      };
      if (turn?.type === "lead") return { value: await lead(seat, checked, options), isCollapsed: false };
      const value = turn === undefined ? undefined : valueOf(turn.outcome, options.read);
      return value === undefined ? unshared.run(key, passenger, checked) : { value, isCollapsed: true };
    },
  };
}
