import { describe, expect, it } from "vitest";
import {
  emptyLine,
  type FlightEvent,
  type FlightLine,
  KEPT_MS,
  MAX_KEPT_CHARACTERS,
  SHARED_LEASE_MS,
  stepFlight,
} from "../../src/cache/coordinator-state.ts";

const ask = (member: string, changes: Partial<Extract<FlightEvent, { type: "ask" }>> = {}): FlightEvent => ({
  type: "ask",
  member,
  maxAgeMs: Infinity,
  joinedMs: undefined,
  patienceMs: 2000,
  ...changes,
});
const land = (member: string, value = "v"): FlightEvent => ({ type: "end", member, outcome: { value } });
const fail = (member: string): FlightEvent => ({
  type: "end",
  member,
  outcome: { problem: { code: "backend-timeout", detail: "late" } },
});

/** Events at their times, and who was told what by the last. */
function told(...events: readonly (readonly [number, FlightEvent])[]) {
  let line: FlightLine = emptyLine;
  let last: readonly string[] = [];
  for (const [nowMs, event] of events) {
    const step = stepFlight(line, event, nowMs);
    ({ line } = step);
    last = step.told.map(({ member, answer }) =>
      answer.type === "ended" ? `${member}: ${Object.keys(answer.outcome).join("")}` : `${member}: ${answer.type}`,
    );
  }
  return last;
}

describe("the first who asks", () => {
  it("leads, and the others wait", () => {
    expect(told([0, ask("a")])).toEqual(["a: lead"]);
    expect(told([0, ask("a")], [1, ask("b")])).toEqual([]);
    expect(told([0, ask("a")], [1, ask("b", { patienceMs: 0 })])).toEqual(["b: wait"]);
  });

  it("lands for all who wait", () => {
    expect(told([0, ask("a")], [1, ask("b")], [2, ask("c")], [3, land("a")])).toEqual(["b: value", "c: value"]);
  });

  it("fails for all who wait, and the next to come tries anew", () => {
    expect(told([0, ask("a")], [1, ask("b")], [2, ask("c")], [3, fail("a")])).toEqual(["b: problem", "c: problem"]);
    expect(told([0, ask("a")], [3, fail("a")], [4, ask("d")])).toEqual(["d: lead"]);
  });

  it("leaves its turn to the next alone", () => {
    expect(told([0, ask("a")], [1, ask("b")], [2, ask("c")], [3, { type: "leave", member: "a" }])).toEqual(["b: lead"]);
  });

  it("loses it when it is silent, and not while it renews", () => {
    const two = [
      [0, ask("a")],
      [2000, ask("b")],
    ] as const;
    const late: readonly [number, FlightEvent] = [SHARED_LEASE_MS, { type: "tick" }];
    expect(told(...two, late)).toEqual(["b: lead"]);
    expect(told(...two, [2500, { type: "renew", member: "a" }], late)).toEqual([]);
  });

  it("lands for all though it was given up, but fails for nobody then", () => {
    const given: readonly (readonly [number, FlightEvent])[] = [
      [0, ask("a")],
      [2000, ask("b")],
      [SHARED_LEASE_MS, ask("c")],
    ];
    expect(told(...given, [3001, land("a")])).toEqual(["c: value"]);
    expect(told(...given, [3001, fail("a")])).toEqual([]);
  });

  it("leads again at a line that was lost, unless another does", () => {
    const renewed: readonly [number, FlightEvent] = [1, { type: "renew", member: "a" }];
    expect(told(renewed, [2, ask("b", { patienceMs: 0 })])).toEqual(["b: wait"]);
    expect(told([0, ask("b")], renewed, [2, { type: "leave", member: "b" }], [3, ask("c")])).toEqual(["c: lead"]);
  });
});

describe("who comes when it has landed", () => {
  const landed: readonly (readonly [number, FlightEvent])[] = [
    [0, ask("a")],
    [10, land("a")],
  ];

  it("is handed it for some seconds", () => {
    expect(told(...landed, [9 + KEPT_MS, ask("b")])).toEqual(["b: value"]);
    expect(told(...landed, [10 + KEPT_MS, ask("b")])).toEqual(["b: lead"]);
  });

  it("is not handed what is older than it wants", () => {
    expect(told(...landed, [500, ask("b", { maxAgeMs: 491 })])).toEqual(["b: value"]);
    expect(told(...landed, [500, ask("b", { maxAgeMs: 490 })])).toEqual(["b: lead"]);
    expect(told(...landed, [10, ask("b", { maxAgeMs: 0 })])).toEqual(["b: lead"]);
  });

  it("is handed, between two questions, whatever has become of it since", () => {
    const again = ask("b", { maxAgeMs: 0, joinedMs: 5 });
    expect(told(...landed, [11, again])).toEqual(["b: value"]);
    expect(told([0, ask("a")], [10, fail("a")], [11, again])).toEqual(["b: problem"]);
  });

  it("is not handed what is too much to keep; who waits is", () => {
    const large = land("a", "x".repeat(MAX_KEPT_CHARACTERS + 1));
    expect(told([0, ask("a")], [1, ask("b")], [2, large])).toEqual(["b: value"]);
    expect(told([0, ask("a")], [2, large], [3, ask("b")])).toEqual(["b: lead"]);
  });
});
