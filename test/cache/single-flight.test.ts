import { describe, expect, it } from "vitest";
import { createSingleFlight, LEASE_MS, RENEW_MS, MAX_POLL_MS } from "../../src/cache/single-flight.ts";
import { Problem } from "../../src/contract/problems.ts";
import { createManualClock } from "../support/manual-clock.ts";

const noCheck = (): void => {};

describe("concurrent work with the same key", () => {
  it("runs once, and all callers get its value", async () => {
    const { settle, ...time } = createManualClock();
    const flight = createSingleFlight<number>(time);
    let runs = 0;
    const work = async (): Promise<number> => {
      runs += 1;
      await time.sleep(100);
      return 7;
    };
    const results = await settle(Promise.all(Array.from({ length: 200 }, () => flight.run("a", noCheck, work))));
    expect(runs).toBe(1);
    expect(results.filter(({ isCollapsed }) => isCollapsed)).toHaveLength(199);
    expect(new Set(results.map(({ value }) => value))).toEqual(new Set([7]));
  });

  it("runs separately for each key, and again after it has completed", async () => {
    const { settle, ...time } = createManualClock();
    const flight = createSingleFlight<string>(time);
    const done: string[] = [];
    const run = (key: string) =>
      flight.run(key, noCheck, async () => {
        await time.sleep(1);
        done.push(key);
        return key;
      });
    await settle(Promise.all([run("a"), run("b")]));
    await settle(run("a"));
    expect(done).toEqual(["a", "b", "a"]);
  });

  it("fails once, with the same problem for all callers", async () => {
    const { settle, ...time } = createManualClock();
    const flight = createSingleFlight<number>(time);
    let runs = 0;
    const fail = async (): Promise<number> => {
      runs += 1;
      await time.sleep(10);
      throw new Problem("backend-timeout", "late");
    };
    const all = await settle(Promise.allSettled([1, 2, 3].map(() => flight.run("a", noCheck, fail))));
    expect(all.map((one) => (one.status === "rejected" ? one.reason : one.value))).toMatchObject(
      Array.from({ length: 3 }, () => ({ code: "backend-timeout" })),
    );
    expect(runs).toBe(1);
  });

  it.each([
    ["that is cancelled", new Problem("request-cancelled", "gone")],
    ["that throws an unexpected error", new TypeError("a bug")],
  ])("is taken over by the next waiter from a leader %s", async (_, reason) => {
    const { settle, ...time } = createManualClock();
    const flight = createSingleFlight<number>(time);
    let runs = 0;
    const work = async (): Promise<number> => {
      runs += 1;
      const run = runs;
      await time.sleep(10);
      if (run === 1) throw reason;
      return run;
    };
    const all = await settle(Promise.allSettled([1, 2, 3].map(() => flight.run("a", noCheck, work))));
    expect(all.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(all.slice(1)).toMatchObject([
      { value: { value: 2, isCollapsed: false } },
      { value: { value: 2, isCollapsed: true } },
    ]);
  });

  it("is taken over from a leader that stops renewing its lease", async () => {
    const { settle, ...time } = createManualClock();
    // A request that workerd drops: its renewal timer never fires.
    const sleep = (ms: number) => (ms === RENEW_MS ? new Promise<void>(() => {}) : time.sleep(ms));
    const flight = createSingleFlight<string>({ now: time.now, sleep });
    void flight.run("a", noCheck, () => new Promise<string>(() => {}));
    const began = time.now();
    const results = await settle(flight.run("a", noCheck, async () => "mine"));
    expect(results).toEqual({ value: "mine", isCollapsed: false });
    expect(time.now() - began).toBeGreaterThan(LEASE_MS);
  });

  it("is removed by a request for another key when its lease has expired", async () => {
    const { settle, ...time } = createManualClock();
    const sleep = (ms: number) => (ms === RENEW_MS ? new Promise<void>(() => {}) : time.sleep(ms));
    const flight = createSingleFlight<string>({ now: time.now, sleep });
    for (const key of ["a", "b", "c"]) void flight.run(key, noCheck, () => new Promise<string>(() => {}));
    expect(flight.size).toBe(3);
    await settle(time.sleep(LEASE_MS + 1));
    await settle(flight.run("d", noCheck, async () => "mine"));
    expect(flight.size).toBe(0);
  });

  it("is taken over from a leader that was dropped before the clock was set back", async () => {
    const { settle, ...time } = createManualClock();
    const sleep = (ms: number) => (ms === RENEW_MS ? new Promise<void>(() => {}) : time.sleep(ms));
    let offsetMs = 0;
    const flight = createSingleFlight<string>({ now: () => time.now() + offsetMs, sleep });
    void flight.run("a", noCheck, () => new Promise<string>(() => {}));
    offsetMs = -3_600_000;
    expect(await settle(flight.run("a", noCheck, async () => "mine"))).toEqual({ value: "mine", isCollapsed: false });
  });

  it.each([-3_600_000, 31_000])(
    "is done once more, and answered, after a jump of the clock by %d ms",
    async (jumpMs) => {
      const { settle, ...time } = createManualClock();
      let offsetMs = 0;
      const flight = createSingleFlight<number>({ ...time, now: () => time.now() + offsetMs });
      let runs = 0;
      const work = async (): Promise<number> => {
        runs += 1;
        const run = runs;
        await time.sleep(3000);
        return run;
      };
      const first = flight.run("a", noCheck, work);
      offsetMs = jumpMs;
      const others = Array.from({ length: 20 }, () => flight.run("a", noCheck, work));
      const results = await settle(Promise.all([first, ...others]));
      expect(results.map(({ value }) => value)).toEqual([1, ...others.map(() => 2)]);
      expect(runs).toBe(2);
    },
  );

  it("is not taken over from a slow leader that renews its lease", async () => {
    const { settle, ...time } = createManualClock();
    const flight = createSingleFlight<string>(time);
    const slow = async (): Promise<string> => {
      await time.sleep(2 * LEASE_MS);
      return "slow";
    };
    const [, second] = await settle(Promise.all([flight.run("a", noCheck, slow), flight.run("a", noCheck, slow)]));
    expect(second).toEqual({ value: "slow", isCollapsed: true });
  });

  it("is polled rarely when it takes long, and its result is returned within `MAX_POLL_MS`", async () => {
    const { settle, ...time } = createManualClock();
    let polls = 0;
    const sleep = (ms: number) => {
      if (ms !== RENEW_MS) polls += 1;
      return time.sleep(ms);
    };
    const flight = createSingleFlight<string>({ now: time.now, sleep });
    const slow = async (): Promise<string> => {
      await time.sleep(30_000);
      return "slow";
    };
    void flight.run("a", noCheck, slow);
    const completedMs = flight.run("a", noCheck, slow).then(() => time.now());
    expect(await settle(completedMs)).toBeLessThanOrEqual(30_000 + MAX_POLL_MS);
    expect(polls).toBeLessThan(400);
  });

  it("rejects for a waiter that leaves, and not for the others", async () => {
    const { settle, ...time } = createManualClock();
    const flight = createSingleFlight<number>(time);
    const work = async (): Promise<number> => {
      await time.sleep(100);
      return 7;
    };
    const leave = (): void => {
      if (time.now() > 20) throw new Problem("request-cancelled", "gone");
    };
    const all = Promise.allSettled([
      flight.run("a", noCheck, work),
      flight.run("a", leave, work),
      flight.run("a", noCheck, work),
    ]);
    expect((await settle(all)).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});
