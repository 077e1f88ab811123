import * as fc from "fast-check";
import { expect, it } from "vitest";
import {
  emptyLine,
  type FlightEvent,
  type FlightLine,
  nextMoment,
  SHARED_LEASE_MS,
  stepFlight,
} from "../../src/cache/coordinator-state.ts";

const members = ["a", "b", "c", "d"] as const;
const member = fc.constantFrom(...members);
const outcome = fc.oneof(
  fc.record({ value: fc.string({ maxLength: 3 }) }),
  fc.constant({ problem: { code: "backend-timeout", detail: "" } }),
);
const event: fc.Arbitrary<FlightEvent> = fc.oneof(
  fc.record({
    type: fc.constant("ask" as const),
    member,
    maxAgeMs: fc.constantFrom(0, 1000, Infinity),
    joinedMs: fc.constant(undefined),
    patienceMs: fc.constantFrom(0, 500, 2000),
  }),
  fc.record({ type: fc.constantFrom("renew" as const, "leave" as const), member }),
  fc.record({ type: fc.constant("end" as const), member, outcome }),
);
const history = fc.array(fc.record({ event, afterMs: fc.nat(4000) }), { maxLength: 40 });
type History = readonly { readonly event: FlightEvent; readonly afterMs: number }[];

/** What has been seen of a line: the answers by question, and when whom was given the lead or has renewed it. */
interface Seen {
  readonly line: FlightLine;
  readonly nowMs: number;
  /** Members whose question has no answer yet, and when they wanted one. */
  readonly open: ReadonlyMap<string, number>;
  readonly leases: ReadonlyMap<string, number>;
  readonly mostLeaders: number;
}

const start: Seen = { line: emptyLine, nowMs: 0, open: new Map(), leases: new Map(), mostLeaders: 0 };

/** One event, as members who behave send it: none asks twice at once, and only who was given the lead speaks as a leader. */
function see({ line, open, leases, mostLeaders }: Seen, next: FlightEvent, nowMs: number): Seen {
  const step = stepFlight(line, next, nowMs);
  const stillOpen = new Map(open);
  const valid = new Map([...leases].filter(([, untilMs]) => untilMs > nowMs));
  if (next.type === "ask") stillOpen.set(next.member, nowMs + next.patienceMs);
  if (next.type === "end" || next.type === "leave") valid.delete(next.member);
  const { leader } = step.line;
  if (next.type === "renew" && leader?.member === next.member) valid.set(next.member, leader.untilMs);
  for (const { member: told, answer } of step.told) {
    // Exactly one answer, and only to who has asked.
    expect(stillOpen.delete(told)).toBe(true);
    if (answer.type === "lead") valid.set(told, nowMs + SHARED_LEASE_MS);
  }
  return { line: step.line, nowMs, open: stillOpen, leases: valid, mostLeaders: Math.max(mostLeaders, valid.size) };
}

function isBehaved({ open }: Seen, next: FlightEvent): boolean {
  return next.type === "tick" || !open.has(next.member);
}

/** Lets the moments come that the line itself names, up to a time. */
function pass(seen: Seen, untilMs: number): Seen {
  for (let now = seen; ;) {
    const moment = nextMoment(now.line);
    if (moment === undefined || moment > untilMs) return now;
    now = see(now, { type: "tick" }, Math.max(moment, now.nowMs));
  }
}

function replay(events: History): Seen {
  return events.reduce((seen, { event: next, afterMs }) => {
    const nowMs = seen.nowMs + afterMs;
    const before = pass(seen, nowMs);
    return isBehaved(before, next) ? see(before, next, nowMs) : { ...before, nowMs };
  }, start);
}

it("has never two leaders with a valid lease, and tells who asks one thing", () => {
  fc.assert(
    fc.property(history, (events) => {
      expect(pass(replay(events), Infinity).mostLeaders).toBeLessThanOrEqual(1);
    }),
  );
});

it("answers everybody in the end, when their patience is over at the latest", () => {
  fc.assert(
    fc.property(history, (events) => {
      const seen = replay(events);
      for (const untilMs of seen.open.values()) expect(untilMs).toBeGreaterThan(seen.nowMs);
      expect(pass(seen, Infinity).open.size).toBe(0);
    }),
  );
});

it("passes a dead leader's turn on to who waits, as soon as its lease is over", () => {
  fc.assert(
    fc.property(history, (events) => {
      const { line, nowMs } = replay(events);
      // From here on nobody but the one who waits is heard of.
      const asked = stepFlight(line, { ...patient, member: "late" }, nowMs);
      const later = stepFlight(asked.line, { type: "tick" }, nowMs + SHARED_LEASE_MS * (line.waiting.length + 2));
      const first = later.told[0] ?? asked.told.find(({ member: told }) => told === "late");
      expect(first?.answer.type).toBe("lead");
    }),
  );
});

const patient = { type: "ask", maxAgeMs: 0, joinedMs: undefined, patienceMs: 1_000_000 } as const;

it("gives what has landed to all who wait, whoever brings it", () => {
  fc.assert(
    fc.property(history, member, (events, bringer) => {
      const { line, nowMs } = replay(events);
      const step = stepFlight(line, { type: "end", member: bringer, outcome: { value: "v" } }, nowMs);
      expect(step.told).toEqual(
        line.waiting.map((each) => ({ member: each.member, answer: { type: "ended", outcome: { value: "v" } } })),
      );
      expect(step.line.waiting).toEqual([]);
    }),
  );
});
