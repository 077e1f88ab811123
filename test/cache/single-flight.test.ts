import { describe, expect, it } from "vitest";
import { createSingleFlight, LEASE_MS, RENEW_MS, MAX_POLL_MS } from "../../src/cache/single-flight.ts";
import { Problem } from "../../src/contract/problems.ts";
import { createManualClock } from "../support/manual-clock.ts";

const wanted = (): void => {};

describe("work that is asked for several times at once", () => {
  it("is done once, and all get its value", async () => {
    const { settle, ...time } = createManualClock();
    const flight = createSingleFlight<number>(time);
    let works = 0;
    const work = async (): Promise<number> => {
      works += 1;
      await time.sleep(100);
      return 7;
    };
    const results = await settle(Promise.all(Array.from({ length: 200 }, () => flight.run("a", wanted, work))));
    expect(works).toBe(1);
    expect(results.filter(({ isCollapsed }) => isCollapsed)).toHaveLength(199);
    expect(new Set(results.map(({ value }) => value))).toEqual(new Set([7]));
  });

  it("is done for each key by itself, and anew when it is over", async () => {
    const { settle, ...time } = createManualClock();
    const flight = createSingleFlight<string>(time);
    const done: string[] = [];
    const run = (key: string) =>
      flight.run(key, wanted, async () => {
        await time.sleep(1);
        done.push(key);
        return key;
      });
    await settle(Promise.all([run("a"), run("b")]));
    await settle(run("a"));
    expect(done).toEqual(["a", "b", "a"]);
  });

  it("fails for all with the one problem it meets", async () => {
    const { settle, ...time } = createManualClock();
    const flight = createSingleFlight<number>(time);
    let works = 0;
    const fail = async (): Promise<number> => {
      works += 1;
      await time.sleep(10);
      throw new Problem("backend-timeout", "late");
    };
    const all = await settle(Promise.allSettled([1, 2, 3].map(() => flight.run("a", wanted, fail))));
    expect(all.map((one) => (one.status === "rejected" ? one.reason : one.value))).toMatchObject(
      Array.from({ length: 3 }, () => ({ code: "backend-timeout" })),
    );
    expect(works).toBe(1);
  });

  it.each([
    ["whose caller leaves", new Problem("request-cancelled", "gone")],
    ["who meets a bug", new TypeError("a bug")],
  ])("is taken over by the next in line from a leader %s", async (_, reason) => {
    const { settle, ...time } = createManualClock();
    const flight = createSingleFlight<number>(time);
    let works = 0;
    const work = async (): Promise<number> => {
      works += 1;
      const mine = works;
      await time.sleep(10);
      if (mine === 1) throw reason;
      return mine;
    };
    const all = await settle(Promise.allSettled([1, 2, 3].map(() => flight.run("a", wanted, work))));
    expect(all.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
    expect(all.slice(1)).toMatchObject([
      { value: { value: 2, isCollapsed: false } },
      { value: { value: 2, isCollapsed: true } },
    ]);
  });

  it("is taken over from a leader who falls silent", async () => {
    const { settle, ...time } = createManualClock();
    // A request that workerd drops: none of its waits ever ends.
    const sleep = (ms: number) => (ms === RENEW_MS ? new Promise<void>(() => {}) : time.sleep(ms));
    const flight = createSingleFlight<string>({ now: time.now, sleep });
    void flight.run("a", wanted, () => new Promise<string>(() => {}));
    const began = time.now();
    const results = await settle(flight.run("a", wanted, async () => "mine"));
    expect(results).toEqual({ value: "mine", isCollapsed: false });
    expect(time.now() - began).toBeGreaterThan(LEASE_MS);
  });

  it("is forgotten where its leader has fallen silent and nobody asks again", async () => {
    const { settle, ...time } = createManualClock();
    const sleep = (ms: number) => (ms === RENEW_MS ? new Promise<void>(() => {}) : time.sleep(ms));
    const flight = createSingleFlight<string>({ now: time.now, sleep });
    for (const key of ["a", "b", "c"]) void flight.run(key, wanted, () => new Promise<string>(() => {}));
    expect(flight.size).toBe(3);
    await settle(time.sleep(LEASE_MS + 1));
    await settle(flight.run("d", wanted, async () => "mine"));
    expect(flight.size).toBe(0);
  });

  it("is not taken over from one who works long", async () => {
    const { settle, ...time } = createManualClock();
    const flight = createSingleFlight<string>(time);
    const slow = async (): Promise<string> => {
      await time.sleep(2 * LEASE_MS);
      return "slow";
    };
    const [, second] = await settle(Promise.all([flight.run("a", wanted, slow), flight.run("a", wanted, slow)]));
    expect(second).toEqual({ value: "slow", isCollapsed: true });
  });

  it("is looked at seldom where it takes long, and still seen soon", async () => {
    const { settle, ...time } = createManualClock();
    let looks = 0;
    const sleep = (ms: number) => {
      if (ms !== RENEW_MS) looks += 1;
      return time.sleep(ms);
    };
    const flight = createSingleFlight<string>({ now: time.now, sleep });
    const slow = async (): Promise<string> => {
      await time.sleep(30_000);
      return "slow";
    };
    void flight.run("a", wanted, slow);
    const seen = flight.run("a", wanted, slow).then(() => time.now());
    expect(await settle(seen)).toBeLessThanOrEqual(30_000 + MAX_POLL_MS);
    expect(looks).toBeLessThan(400);
  });

  it("lets one who waits leave without the others", async () => {
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
      flight.run("a", wanted, work),
      flight.run("a", leave, work),
      flight.run("a", wanted, work),
    ]);
    expect((await settle(all)).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});
