import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  initialState,
  type CoordinatorEvent,
  type CoordinatorState,
  nextTimeoutMs,
  LEADER_LEASE_MS,
  stepCoordinator,
} from "../../src/cache/coordinator-state.ts";

const participants = ["a", "b", "c", "d"] as const;
const participant = fc.constantFrom(...participants);
const result = fc.oneof(
  fc.record({ value: fc.string({ maxLength: 3 }) }),
  fc.constant({ problem: { code: "backend-timeout", detail: "" } }),
);
const event: fc.Arbitrary<CoordinatorEvent> = fc.oneof(
  fc.record({
    type: fc.constant("join" as const),
    participant,
    maxAgeMs: fc.constantFrom(0, 1000, Infinity),
    joinedMs: fc.constant(undefined),
    waitMs: fc.constantFrom(0, 500, 2000),
  }),
  fc.record({ type: fc.constantFrom("renew" as const, "release" as const), participant }),
  fc.record({ type: fc.constant("complete" as const), participant, result }),
);
const history = fc.array(fc.record({ event, afterMs: fc.nat(4000) }), { maxLength: 40 });
type History = readonly { readonly event: CoordinatorEvent; readonly afterMs: number }[];

/** The observations of a run so far: the requests without a reply, and the valid leases. */
interface Observation {
  readonly state: CoordinatorState;
  readonly nowMs: number;
  /** When the pending request of each participant times out. */
  readonly pending: ReadonlyMap<string, number>;
  readonly leases: ReadonlyMap<string, number>;
  readonly mostLeaders: number;
}

const start: Observation = { state: initialState, nowMs: 0, pending: new Map(), leases: new Map(), mostLeaders: 0 };

/** Applies one event of correct participants: none has two requests pending, and only a leader renews. */
function observe(
  { state, pending, leases, mostLeaders }: Observation,
  next: CoordinatorEvent,
  nowMs: number,
): Observation {
  const step = stepCoordinator(state, next, nowMs);
  const stillPending = new Map(pending);
  const valid = new Map([...leases].filter(([, untilMs]) => untilMs > nowMs));
  if (next.type === "join") stillPending.set(next.participant, nowMs + next.waitMs);
  if (next.type === "complete" || next.type === "release") valid.delete(next.participant);
  const { leader } = step.state;
  if (next.type === "renew" && leader?.participant === next.participant) valid.set(next.participant, leader.untilMs);
  for (const { participant: recipient, reply } of step.replies) {
    // Each request gets exactly one reply.
    expect(stillPending.delete(recipient)).toBe(true);
    if (reply.type === "lead") valid.set(recipient, nowMs + LEADER_LEASE_MS);
  }
  return {
    state: step.state,
    nowMs,
    pending: stillPending,
    leases: valid,
    mostLeaders: Math.max(mostLeaders, valid.size),
  };
}

function isAllowed({ pending }: Observation, next: CoordinatorEvent): boolean {
  return next.type === "tick" || !pending.has(next.participant);
}

/** Sends a `tick` at each timeout of the state, until the given time. */
function advance(observed: Observation, untilMs: number): Observation {
  for (let now = observed; ;) {
    const timeoutMs = nextTimeoutMs(now.state);
    if (timeoutMs === undefined || timeoutMs > untilMs) return now;
    now = observe(now, { type: "tick" }, Math.max(timeoutMs, now.nowMs));
  }
}

function replay(events: History): Observation {
  return events.reduce((observed, { event: next, afterMs }) => {
    const nowMs = observed.nowMs + afterMs;
    const before = advance(observed, nowMs);
    return isAllowed(before, next) ? observe(before, next, nowMs) : { ...before, nowMs };
  }, start);
}

it("never has two leaders with a valid lease, and replies once to each request", () => {
  fc.assert(
    fc.property(history, (events) => {
      expect(advance(replay(events), Infinity).mostLeaders).toBeLessThanOrEqual(1);
    }),
  );
});

it("replies to each request within its `waitMs`", () => {
  fc.assert(
    fc.property(history, (events) => {
      const observed = replay(events);
      for (const untilMs of observed.pending.values()) expect(untilMs).toBeGreaterThan(observed.nowMs);
      expect(advance(observed, Infinity).pending.size).toBe(0);
    }),
  );
});

it("makes the next waiter the leader as soon as a dead leader's lease expires", () => {
  fc.assert(
    fc.property(history, (events) => {
      const { state, nowMs } = replay(events);
      // From here on no other participant sends an event.
      const joined = stepCoordinator(state, { ...longJoin, participant: "late" }, nowMs);
      const later = stepCoordinator(
        joined.state,
        { type: "tick" },
        nowMs + LEADER_LEASE_MS * (state.waiters.length + 2),
      );
      const first = later.replies[0] ?? joined.replies.find(({ participant: recipient }) => recipient === "late");
      expect(first?.reply.type).toBe("lead");
    }),
  );
});

const longJoin = { type: "join", maxAgeMs: 0, joinedMs: undefined, waitMs: 1_000_000 } as const;

it("gives a value to all waiters, whichever participant completes it", () => {
  fc.assert(
    fc.property(history, participant, (events, completer) => {
      const { state, nowMs } = replay(events);
      const step = stepCoordinator(state, { type: "complete", participant: completer, result: { value: "v" } }, nowMs);
      expect(step.replies).toEqual(
        state.waiters.map((each) => ({
          participant: each.participant,
          reply: { type: "complete", result: { value: "v" } },
        })),
      );
      expect(step.state.waiters).toEqual([]);
    }),
  );
});
