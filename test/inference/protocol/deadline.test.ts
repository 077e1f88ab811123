import { describe, expect, it } from "vitest";
import { startDeadline } from "../../../src/inference/protocol/deadline.ts";

/** A clock whose sleeps all end when the test advances it. */
function manualClock() {
  const sleeps: (() => void)[] = [];
  let nowMs = 0;
  return {
    now: () => nowMs,
    sleep: () => new Promise<void>((resolve) => sleeps.push(resolve)),
    advance: (milliseconds: number): void => {
      nowMs += milliseconds;
      for (const wake of sleeps) wake();
    },
  };
}

const never = new Promise<never>(() => {});

describe("a deadline", () => {
  it("rejects a pending race, and aborts its signal", async () => {
    const clock = manualClock();
    const deadline = startDeadline(clock, 100);
    const waiting = deadline.race(never);
    clock.advance(100);
    await expect(waiting).rejects.toMatchObject({ kind: "deadline" });
    expect(deadline.signal.aborted).toBe(true);
    expect(deadline.remainingMs()).toBe(0);
    expect(deadline.check).toThrow(expect.objectContaining({ kind: "deadline" }));
  });

  it("passes by the clock even if no timer has fired", () => {
    const clock = manualClock();
    const { check } = startDeadline({ ...clock, sleep: () => never }, 100);
    expect(check).not.toThrow();
    clock.advance(100);
    expect(check).toThrow(expect.objectContaining({ kind: "deadline" }));
  });

  it("is cancelled by the caller's signal, before and during the work", async () => {
    const caller = new AbortController();
    const deadline = startDeadline(manualClock(), 100, caller.signal);
    const waiting = deadline.race(never);
    caller.abort();
    await expect(waiting).rejects.toMatchObject({ kind: "cancelled" });
    const late = startDeadline(manualClock(), 100, caller.signal);
    expect(late.check).toThrow(expect.objectContaining({ kind: "cancelled" }));
  });

  it("does not abort its signal after its call has ended", () => {
    const clock = manualClock();
    const caller = new AbortController();
    const deadline = startDeadline(clock, 100, caller.signal);
    deadline.end();
    caller.abort();
    clock.advance(50);
    expect(deadline.signal.aborted).toBe(false);
  });

  it("passes through results in time, and errors of the promise itself", async () => {
    const { race } = startDeadline(manualClock(), 100);
    await expect(race(Promise.resolve(1))).resolves.toBe(1);
    await expect(race(Promise.reject(new RangeError("own")))).rejects.toThrow(RangeError);
  });
});
