import { describe, expect, it } from "vitest";
import { createGather, CROWD, CROWD_MS, CROWD_VERBS, STALE_MS } from "../../src/accounts/ledger/gather.ts";

function setUp(inProgress: number) {
  const time = { nowMs: 1_000_000, inProgress };
  const timers: (() => void)[] = [];
  const gather = createGather({
    now: () => time.nowMs,
    inProgress: () => time.inProgress,
    soon: (run) => void timers.push(run),
  });
  /** Which of some verbs, so many milliseconds apart, wait. */
  const waits = (verbs: number, apartMs: number): readonly boolean[] =>
    Array.from({ length: verbs }, () => {
      time.nowMs += apartMs;
      return gather() !== undefined;
    });
  return { time, timers, gather, waits };
}

describe("the verbs of an account", () => {
  const crowded = Array.from({ length: CROWD_VERBS + 2 }, (_, index) => index >= CROWD_VERBS - 1);

  it("wait together from the fourth of a crowd on, for one timer", async () => {
    const { timers, gather, waits } = setUp(CROWD);
    expect(waits(CROWD_VERBS + 2, 1)).toEqual(crowded);
    expect(timers).toHaveLength(1);
    const order: number[] = [];
    const waiting = [1, 2].map(async (verb) => {
      await gather();
      order.push(verb);
    });
    timers[0]?.();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2]);
    expect(waits(1, 1)).toEqual([true]);
    expect(timers).toHaveLength(2);
  });

  it("wait for nobody while few answers are in progress, or if they come one after another", () => {
    expect(setUp(CROWD - 1).waits(20, 0)).not.toContain(true);
    expect(setUp(1000).waits(20, Math.ceil(CROWD_MS / (CROWD_VERBS - 1)))).not.toContain(true);
  });

  it("do not wait for a timer that the runtime has dropped, whichever way the clock goes", () => {
    for (const jumpMs of [STALE_MS, -STALE_MS]) {
      const { timers, waits } = setUp(CROWD);
      waits(CROWD_VERBS, 0);
      expect(waits(1, jumpMs)).toEqual([false]);
      timers[0]?.();
      expect(waits(CROWD_VERBS, 0).at(-1)).toBe(true);
      expect(timers).toHaveLength(2);
    }
  });

  it("join the newer wait if the older one's timer rings late", () => {
    const { time, timers, gather, waits } = setUp(CROWD);
    waits(CROWD_VERBS, 0);
    time.nowMs += STALE_MS;
    waits(CROWD_VERBS, 0);
    const newer = gather();
    timers[0]?.();
    expect(newer).toBeDefined();
    expect(gather()).toBe(newer);
  });
});
