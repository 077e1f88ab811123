import { describe, expect, it } from "vitest";
import {
  initialState,
  type CoordinatorEvent,
  type CoordinatorState,
  RESULT_TTL_MS,
  MAX_RESULT_CHARACTERS,
  LEADER_LEASE_MS,
  stepCoordinator,
} from "../../src/cache/coordinator-state.ts";

const join = (
  participant: string,
  changes: Partial<Extract<CoordinatorEvent, { type: "join" }>> = {},
): CoordinatorEvent => ({
  type: "join",
  participant,
  maxAgeMs: Infinity,
  joinedMs: undefined,
  waitMs: 2000,
  ...changes,
});
const complete = (participant: string, value = "v"): CoordinatorEvent => ({
  type: "complete",
  participant,
  result: { value },
});
const fail = (participant: string): CoordinatorEvent => ({
  type: "complete",
  participant,
  result: { problem: { code: "backend-timeout", detail: "late" } },
});

/** Returns the replies to the last of these events; each event comes with its time. */
function repliesAfter(...events: readonly (readonly [number, CoordinatorEvent])[]) {
  let state: CoordinatorState = initialState;
  let last: readonly string[] = [];
  for (const [nowMs, event] of events) {
    const step = stepCoordinator(state, event, nowMs);
    ({ state } = step);
    last = step.replies.map(({ participant, reply }) =>
      reply.type === "complete"
        ? `${participant}: ${Object.keys(reply.result).join("")}`
        : `${participant}: ${reply.type}`,
    );
  }
  return last;
}

describe("the leader", () => {
  it("is the first to join, and the others wait", () => {
    expect(repliesAfter([0, join("a")])).toEqual(["a: lead"]);
    expect(repliesAfter([0, join("a")], [1, join("b")])).toEqual([]);
    expect(repliesAfter([0, join("a")], [1, join("b", { waitMs: 0 })])).toEqual(["b: retry"]);
  });

  it("completes for all waiters", () => {
    expect(repliesAfter([0, join("a")], [1, join("b")], [2, join("c")], [3, complete("a")])).toEqual([
      "b: value",
      "c: value",
    ]);
  });

  it("fails for all waiters, and the next participant leads", () => {
    expect(repliesAfter([0, join("a")], [1, join("b")], [2, join("c")], [3, fail("a")])).toEqual([
      "b: problem",
      "c: problem",
    ]);
    expect(repliesAfter([0, join("a")], [3, fail("a")], [4, join("d")])).toEqual(["d: lead"]);
  });

  it("hands the lead to the next waiter when it releases its lease", () => {
    expect(
      repliesAfter([0, join("a")], [1, join("b")], [2, join("c")], [3, { type: "release", participant: "a" }]),
    ).toEqual(["b: lead"]);
  });

  it("loses its lease when it expires, and not while it is renewed", () => {
    const two = [
      [0, join("a")],
      [2000, join("b")],
    ] as const;
    const late: readonly [number, CoordinatorEvent] = [LEADER_LEASE_MS, { type: "tick" }];
    expect(repliesAfter(...two, late)).toEqual(["b: lead"]);
    expect(repliesAfter(...two, [2500, { type: "renew", participant: "a" }], late)).toEqual([]);
  });

  it("completes for all waiters after its lease has expired, but fails for none", () => {
    const given: readonly (readonly [number, CoordinatorEvent])[] = [
      [0, join("a")],
      [2000, join("b")],
      [LEADER_LEASE_MS, join("c")],
    ];
    expect(repliesAfter(...given, [3001, complete("a")])).toEqual(["c: value"]);
    expect(repliesAfter(...given, [3001, fail("a")])).toEqual([]);
  });

  it("leads again after the state was lost, unless another participant leads", () => {
    const renewed: readonly [number, CoordinatorEvent] = [1, { type: "renew", participant: "a" }];
    expect(repliesAfter(renewed, [2, join("b", { waitMs: 0 })])).toEqual(["b: retry"]);
    expect(repliesAfter([0, join("b")], renewed, [2, { type: "release", participant: "b" }], [3, join("c")])).toEqual([
      "c: lead",
    ]);
  });
});

describe("a participant that joins after completion", () => {
  const completed: readonly (readonly [number, CoordinatorEvent])[] = [
    [0, join("a")],
    [10, complete("a")],
  ];

  it("gets the result for `RESULT_TTL_MS`", () => {
    expect(repliesAfter(...completed, [9 + RESULT_TTL_MS, join("b")])).toEqual(["b: value"]);
    expect(repliesAfter(...completed, [10 + RESULT_TTL_MS, join("b")])).toEqual(["b: lead"]);
  });

  it("does not get a result that is older than it accepts", () => {
    expect(repliesAfter(...completed, [500, join("b", { maxAgeMs: 491 })])).toEqual(["b: value"]);
    expect(repliesAfter(...completed, [500, join("b", { maxAgeMs: 490 })])).toEqual(["b: lead"]);
    expect(repliesAfter(...completed, [10, join("b", { maxAgeMs: 0 })])).toEqual(["b: lead"]);
  });

  it("gets, between two requests, any result since it joined", () => {
    const again = join("b", { maxAgeMs: 0, joinedMs: 5 });
    expect(repliesAfter(...completed, [11, again])).toEqual(["b: value"]);
    expect(repliesAfter([0, join("a")], [10, fail("a")], [11, again])).toEqual(["b: problem"]);
  });

  it("does not get a result that is too large to keep, which waiters do get", () => {
    const large = complete("a", "x".repeat(MAX_RESULT_CHARACTERS + 1));
    expect(repliesAfter([0, join("a")], [1, join("b")], [2, large])).toEqual(["b: value"]);
    expect(repliesAfter([0, join("a")], [2, large], [3, join("b")])).toEqual(["b: lead"]);
  });
});
