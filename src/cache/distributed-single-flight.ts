import { isProblemCode, Problem } from "../contract/problems.ts";
import type { CoalescedResult, JoinReply } from "./coordinator-state.ts";
import type { Coordinator } from "./coordinator.ts";
import { type Coalesced, isShared, type Timers } from "./single-flight.ts";

/** How often a leader renews its lease, in milliseconds: each renewal is a message. */
export const RENEW_INTERVAL_MS = 1000;

/** How long one join request waits for its reply, in milliseconds: a disconnected caller is noticed between two requests. */
export const JOIN_WAIT_MS = 2000;

/** How long a message may take in addition, in milliseconds: a round trip around the world, and the start of a new object. */
export const MESSAGE_TIMEOUT_MS = 1000;

/** How long no coordinator is called after one has failed, in milliseconds, so that not every miss waits for a timeout. */
export const BACKOFF_MS = 10_000;

/** Options of a `DistributedSingleFlight`. */
export interface DistributedSingleFlightOptions<Value> extends Timers {
  readonly coordinatorFor: (key: string) => Coordinator;
  /** Returns a unique id. */
  readonly newParticipantId: () => string;
  readonly serialize: (value: Value) => string;
  /** The inverse of `serialize`; undefined if the text is not a value. */
  readonly parse: (text: string) => Value | undefined;
  /** Runs work that is not awaited and never rejects (workerd's `waitUntil`). */
  readonly waitUntil: (work: Promise<void>) => void;
  /** Called with the reason when a coordinator fails, at most once in `BACKOFF_MS`. */
  readonly logFailure: (thrown: unknown) => void;
}

/** One caller of the work. */
export interface Caller {
  /** Throws once the caller no longer needs the value. */
  readonly check: () => void;
  /** Oldest acceptable age of a value that was complete before the call; 0 accepts none. */
  readonly maxAgeMs: number;
}

/** Runs work once for all isolates that request it concurrently. Rejects with the error of the work, of the leader's work or of `check`. */
export interface DistributedSingleFlight<Value> {
  run(key: string, caller: Caller, work: () => Promise<Value>): Promise<Coalesced<Value>>;
}

/** No coalescing: each isolate does the work itself. */
export const notDistributed = {
  run: async <Value>(_key: string, _caller: Caller, work: () => Promise<Value>): Promise<Coalesced<Value>> => ({
    value: await work(),
    isCollapsed: false,
  }),
};

async function withTimeout<Value>(ms: number, work: Promise<Value>, sleep: Timers["sleep"]): Promise<Value> {
  const timeout = sleep(ms).then((): never => {
    throw new Error(`No reply after ${ms} ms.`);
  });
  return Promise.race([work, timeout]);
}

function failureOf({ code, detail }: Problem): CoalescedResult {
  return { problem: { code, detail } };
}

/**
 * Returns the value of another isolate's work, undefined if it cannot be parsed. Throws that work's problem, or `internal` if this version
 * does not know its code.
 */
function valueOf<Value>(
  result: CoalescedResult,
  parse: DistributedSingleFlightOptions<Value>["parse"],
): Value | undefined {
  if ("value" in result) return parse(result.value);
  const { code, detail } = result.problem;
  throw new Problem(isProblemCode(code) ? code : "internal", detail);
}

/** The coordinator of a run, and the run's participant id. */
interface Participation {
  readonly coordinator: Coordinator;
  readonly participant: string;
}

/** Joins until the reply is not `retry`; returns undefined if the coordinator fails or does not reply in time. */
async function joinUntilReply<Value>(
  { coordinator, participant }: Participation,
  { check, maxAgeMs }: Caller,
  { sleep, logFailure }: DistributedSingleFlightOptions<Value>,
): Promise<Exclude<JoinReply, { type: "retry" }> | undefined> {
  let joinedMs: number | undefined;
  for (;;) {
    // The first request does not wait for the lease, so a coordinator that does not reply costs at most `MESSAGE_TIMEOUT_MS`.
    const waitMs = joinedMs === undefined ? 0 : JOIN_WAIT_MS;
    const joining = (async () => coordinator.join({ participant, maxAgeMs, joinedMs, waitMs }))();
    const reply = await withTimeout(waitMs + MESSAGE_TIMEOUT_MS, joining, sleep).catch((thrown: unknown) => {
      logFailure(thrown);
      return undefined;
    });
    if (reply?.type !== "retry") return reply;
    check();
    ({ joinedMs } = reply);
  }
}

/** Ignores a failed message: its only effect is that the leader may lose its lease. */
function send(message: Promise<void>): Promise<void> {
  return message.catch(() => {});
}

/** Does the work for all participants, and renews the lease meanwhile. */
async function lead<Value>(
  { coordinator, participant }: Participation,
  work: () => Promise<Value>,
  { sleep, serialize, waitUntil }: DistributedSingleFlightOptions<Value>,
): Promise<Value> {
  let isOver = false;
  const renewLease = async (): Promise<void> => {
    for (;;) {
      await sleep(RENEW_INTERVAL_MS);
      if (isOver) return;
      await send(coordinator.renew(participant));
    }
  };
  void renewLease();
  try {
    const value = await work();
    waitUntil(send(coordinator.complete(participant, { value: serialize(value) })));
    return value;
  } catch (thrown) {
    const isForAll = isShared(thrown);
    waitUntil(send(isForAll ? coordinator.complete(participant, failureOf(thrown)) : coordinator.release(participant)));
    throw thrown;
  } finally {
    isOver = true;
  }
}

/**
 * Coalesces equal work across isolates. The key's coordinator grants the lease to one participant, which does the work, renews the lease and hands
 * over the result. A leader's failure is the result of all waiters; later participants try again. Without a working coordinator, each isolate does the
 * work itself.
 */
export function createDistributedSingleFlight<Value>(
  options: DistributedSingleFlightOptions<Value>,
): DistributedSingleFlight<Value> {
  let failedMs = -Infinity;
  const logFailure = (thrown: unknown): void => {
    failedMs = options.now();
    options.logFailure(thrown);
  };
  return {
    run: async (key, caller, work) => {
      if (Math.abs(options.now() - failedMs) < BACKOFF_MS) return notDistributed.run(key, caller, work);
      const participation = { coordinator: options.coordinatorFor(key), participant: options.newParticipantId() };
      const reply = await joinUntilReply(participation, caller, { ...options, logFailure });
      const checked = async (): Promise<Value> => {
        caller.check();
        return work();
      };
      if (reply?.type === "lead") return { value: await lead(participation, checked, options), isCollapsed: false };
      const value = reply === undefined ? undefined : valueOf(reply.result, options.parse);
      return value === undefined ? notDistributed.run(key, caller, checked) : { value, isCollapsed: true };
    },
  };
}
