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

/** What a run has shown so far: the requests without a reply, and the valid leases. */
interface Seen {
  readonly state: CoordinatorState;
  readonly nowMs: number;
  /** Participants without a reply yet, and when their request times out. */
  readonly pending: ReadonlyMap<string, number>;
  readonly leases: ReadonlyMap<string, number>;
  readonly mostLeaders: number;
}

const start: Seen = { state: initialState, nowMs: 0, pending: new Map(), leases: new Map(), mostLeaders: 0 };

/** One event of correct participants: none has two requests pending, and only a leader renews. */
function see({ state, pending, leases, mostLeaders }: Seen, next: CoordinatorEvent, nowMs: number): Seen {
  const step = stepCoordinator(state, next, nowMs);
  const stillPending = new Map(pending);
  const valid = new Map([...leases].filter(([, untilMs]) => untilMs > nowMs));
  if (next.type === "join") stillPending.set(next.participant, nowMs + next.waitMs);
  if (next.type === "complete" || next.type === "release") valid.delete(next.participant);
  const { leader } = step.state;
  if (next.type === "renew" && leader?.participant === next.participant) valid.set(next.participant, leader.untilMs);
  for (const { participant: replies, reply } of step.replies) {
    // Exactly one reply to each request.
    expect(stillPending.delete(replies)).toBe(true);
    if (reply.type === "lead") valid.set(replies, nowMs + LEADER_LEASE_MS);
  }
  return {
    state: step.state,
    nowMs,
    pending: stillPending,
    leases: valid,
    mostLeaders: Math.max(mostLeaders, valid.size),
  };
}

function isBehaved({ pending }: Seen, next: CoordinatorEvent): boolean {
  return next.type === "tick" || !pending.has(next.participant);
}

/** Sends a `tick` at each timeout that the state names, up to a time. */
function pass(seen: Seen, untilMs: number): Seen {
  for (let now = seen; ;) {
    const timeoutMs = nextTimeoutMs(now.state);
    if (timeoutMs === undefined || timeoutMs > untilMs) return now;
    now = see(now, { type: "tick" }, Math.max(timeoutMs, now.nowMs));
  }
}

function replay(events: History): Seen {
  return events.reduce((seen, { event: next, afterMs }) => {
    const nowMs = seen.nowMs + afterMs;
    const before = pass(seen, nowMs);
    return isBehaved(before, next) ? see(before, next, nowMs) : { ...before, nowMs };
  }, start);
}

it("never has two leaders with a valid lease, and replies once to each request", () => {
  fc.assert(
    fc.property(history, (events) => {
      expect(pass(replay(events), Infinity).mostLeaders).toBeLessThanOrEqual(1);
    }),
  );
});

it("replies to each request, after its `waitMs` at the latest", () => {
  fc.assert(
    fc.property(history, (events) => {
      const seen = replay(events);
      for (const untilMs of seen.pending.values()) expect(untilMs).toBeGreaterThan(seen.nowMs);
      expect(pass(seen, Infinity).pending.size).toBe(0);
    }),
  );
});

it("makes the next waiter the leader as soon as a dead leader's lease expires", () => {
  fc.assert(
    fc.property(history, (events) => {
      const { state, nowMs } = replay(events);
      // From here on no other participant sends an event.
      const asked = stepCoordinator(state, { ...patient, participant: "late" }, nowMs);
      const later = stepCoordinator(
        asked.state,
        { type: "tick" },
        nowMs + LEADER_LEASE_MS * (state.waiters.length + 2),
      );
      const first = later.replies[0] ?? asked.replies.find(({ participant: replies }) => replies === "late");
      expect(first?.reply.type).toBe("lead");
    }),
  );
});

const patient = { type: "join", maxAgeMs: 0, joinedMs: undefined, waitMs: 1_000_000 } as const;

it("gives a value to all waiters, whichever participant brings it", () => {
  fc.assert(
    fc.property(history, participant, (events, bringer) => {
      const { state, nowMs } = replay(events);
      const step = stepCoordinator(state, { type: "complete", participant: bringer, result: { value: "v" } }, nowMs);
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
