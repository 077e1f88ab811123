import { describe, expect, it } from "vitest";
import { admit, closedState, recordOutcome, waitMs } from "../../../src/inference/protocol/breaker.ts";
import type { BreakerState } from "../../../src/inference/protocol/breaker.ts";
import { createCircuit } from "../../../src/inference/protocol/circuit.ts";
import type { Outcome } from "../../../src/inference/protocol/failure.ts";

const settings = { failures: 2, cooldownMs: 100, leaseMs: 1000 };

const closed: BreakerState = { kind: "closed", epoch: 4, failures: 0 };
const failedOnce: BreakerState = { kind: "closed", epoch: 4, failures: 1 };
const open: BreakerState = { kind: "open", epoch: 4, sinceMs: 5000 };
const halfOpen: BreakerState = { kind: "half-open", epoch: 4, sinceMs: 5000 };

describe("recordOutcome", () => {
  it.each<[string, BreakerState, Outcome, BreakerState]>([
    ["closed, success", closed, "success", closed],
    ["closed, failure", closed, "failure", failedOnce],
    ["closed, inconclusive", closed, "ignored", closed],
    ["closed after a failure, success", failedOnce, "success", closed],
    ["closed after a failure, another failure", failedOnce, "failure", { kind: "open", epoch: 5, sinceMs: 6000 }],
    ["closed after a failure, inconclusive", failedOnce, "ignored", failedOnce],
    ["half-open, success of the probe", halfOpen, "success", { kind: "closed", epoch: 5, failures: 0 }],
    ["half-open, failure of the probe", halfOpen, "failure", { kind: "open", epoch: 5, sinceMs: 6000 }],
    ["half-open, inconclusive", halfOpen, "ignored", { kind: "open", epoch: 5, sinceMs: -Infinity }],
    ["open, late outcome", open, "success", open],
  ])("%s", (_, before, outcome, after) => {
    expect(recordOutcome(before, 4, outcome, 6000, settings)).toEqual(after);
  });

  it.each<[string, BreakerState]>([
    ["closed", closed],
    ["open", open],
    ["half-open", halfOpen],
  ])("%s: the outcome of a request from an earlier epoch changes nothing", (_, state) => {
    for (const outcome of ["success", "failure", "ignored"] as const) {
      expect(recordOutcome(state, 3, outcome, 6000, settings)).toEqual(state);
    }
  });
});

describe("waitMs", () => {
  it.each<[string, BreakerState, number, number]>([
    ["closed admits every request", failedOnce, 0, 0],
    ["open admits nothing at first", open, 5000, 100],
    ["open waits for the rest of the cooldown", open, 5099, 1],
    ["open admits a probe after the cooldown", open, 5100, 0],
    ["half-open admits nothing else", halfOpen, 5000, 1000],
    ["half-open waits for the rest of the lease", halfOpen, 5999, 1],
    ["half-open admits another probe when the lease of the first has expired", halfOpen, 6000, 0],
    ["a clock that was set back does not keep the circuit open", open, 10, 0],
  ])("%s", (_, state, nowMs, expected) => {
    expect(waitMs(state, nowMs, settings)).toBe(expected);
  });
});

describe("admit", () => {
  it.each<[string, BreakerState, BreakerState]>([
    ["closed stays closed", failedOnce, failedOnce],
    ["open becomes half-open", open, { kind: "half-open", epoch: 5, sinceMs: 7000 }],
    ["half-open starts a new probe", halfOpen, { kind: "half-open", epoch: 5, sinceMs: 7000 }],
  ])("%s", (_, before, after) => {
    expect(admit(before, 7000)).toEqual(after);
  });

  it("starts closed", () => {
    expect(waitMs(closedState, 0, settings)).toBe(0);
  });
});

function setUp() {
  let nowMs = 0;
  const circuit = createCircuit(settings, () => nowMs);
  const advance = (milliseconds: number): void => {
    nowMs += milliseconds;
  };
  const fail = (): void => circuit.enter()("failure");
  return { circuit, advance, fail };
}

const isOpen = expect.objectContaining({ kind: "circuit-open" });

describe("a circuit", () => {
  it("opens, admits one probe after the cooldown, and closes when the probe succeeds", () => {
    const { circuit, advance, fail } = setUp();
    fail();
    fail();
    expect(circuit.enter).toThrow(isOpen);
    advance(100);
    const probe = circuit.enter();
    expect(circuit.enter).toThrow(isOpen);
    probe("success");
    expect(circuit.enter).not.toThrow();
  });

  it("reports after how many seconds to retry", () => {
    const { circuit, fail } = setUp();
    fail();
    fail();
    expect(circuit.enter).toThrow(expect.objectContaining({ retryAfterSeconds: 1 }));
  });

  it("does not stay open forever when a probe is dropped, and ignores its late outcome", () => {
    const { circuit, advance, fail } = setUp();
    fail();
    fail();
    advance(100);
    const dropped = circuit.enter();
    advance(1000);
    const second = circuit.enter();
    dropped("success");
    expect(circuit.enter).toThrow(isOpen);
    second("failure");
    expect(circuit.enter).toThrow(isOpen);
    advance(100);
    expect(circuit.enter).not.toThrow();
  });

  it("counts each request once, by its first outcome", () => {
    const { circuit } = setUp();
    const recordFirst = circuit.enter();
    recordFirst("failure");
    recordFirst("failure");
    expect(circuit.enter).not.toThrow();
  });

  it("does not open for failures with a success in between", () => {
    const { circuit, fail } = setUp();
    fail();
    circuit.enter()("success");
    fail();
    expect(circuit.enter).not.toThrow();
  });

  it("is not reopened by requests admitted before it opened", () => {
    const { circuit, advance, fail } = setUp();
    const late = circuit.enter();
    fail();
    fail();
    advance(100);
    circuit.enter()("success");
    late("failure");
    fail();
    expect(circuit.enter).not.toThrow();
  });
});
