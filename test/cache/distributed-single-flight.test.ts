import { describe, expect, it } from "vitest";
import { createFlightDesk, type FlightDesk } from "../../src/cache/coordinator.ts";
import { SHARED_LEASE_MS } from "../../src/cache/coordinator-state.ts";
import { createSharedFlight, POLL_MS, RENEW_MS, REST_MS, TRIP_MS } from "../../src/cache/distributed-single-flight.ts";
import { Problem } from "../../src/contract/problems.ts";
import { world } from "../support/manual-clock.ts";

const passenger = { check: (): void => {}, maxAgeMs: Infinity };

/** A world with one desk, and isolates that come to it; a call to it takes `tripMs`. */
function isolates({ tripMs = 1 } = {}) {
  const { settle, ...time } = world();
  const home = createFlightDesk(time);
  const trip = async <Value>(work: Promise<Value>): Promise<Value> => {
    await time.sleep(tripMs);
    return work;
  };
  const far: FlightDesk = {
    ask: (question) => trip(home.ask(question)),
    renew: (member) => trip(home.renew(member)),
    end: (member, outcome) => trip(home.end(member, outcome)),
    leave: (member) => trip(home.leave(member)),
  };
  let members = 0;
  const failures: unknown[] = [];
  const held: Promise<void>[] = [];
  const isolate = (desk: FlightDesk = far, sleep = time.sleep) =>
    createSharedFlight<number>({
      now: time.now,
      sleep,
      deskOf: () => desk,
      newMember: () => `m${(members += 1)}`,
      write: String,
      read: (text) => (text === "" ? undefined : Number(text)),
      holdOpen: (work) => held.push(work),
      logFailure: (thrown) => failures.push(thrown),
    });
  return { ...time, settle, isolate, far, failures };
}

/** Work that takes some time, and counts how often it was done. */
function worker(sleep: (milliseconds: number) => Promise<void>, takesMs = 100) {
  const done = { count: 0 };
  const work = async (): Promise<number> => {
    done.count += 1;
    const mine = done.count;
    await sleep(takesMs);
    return mine;
  };
  return { done, work };
}

describe("work that several isolates ask for at once", () => {
  it("is done by one of them, and all get its value", async () => {
    const { settle, isolate, sleep } = isolates();
    const { work, done } = worker(sleep, 10 * SHARED_LEASE_MS);
    const landed = await settle(Promise.all(Array.from({ length: 20 }, () => isolate().run("a", passenger, work))));
    expect(done.count).toBe(1);
    expect(landed.filter(({ isCollapsed }) => isCollapsed)).toHaveLength(19);
    expect(new Set(landed.map(({ value }) => value))).toEqual(new Set([1]));
  });

  it("is handed to who comes when it has just landed, unless it wants it anew", async () => {
    const { settle, isolate, sleep } = isolates();
    const { work } = worker(sleep);
    await settle(isolate().run("a", passenger, work));
    await settle(sleep(5));
    expect(await settle(isolate().run("a", passenger, work))).toEqual({ value: 1, isCollapsed: true });
    const anew = isolate().run("a", { ...passenger, maxAgeMs: 0 }, work);
    expect(await settle(anew)).toEqual({ value: 2, isCollapsed: false });
  });

  it("fails once for all who wait with a problem, and is tried again by the next", async () => {
    const { settle, isolate, sleep } = isolates();
    let works = 0;
    const fail = async (): Promise<number> => {
      works += 1;
      await sleep(100);
      throw new Problem("backend-timeout", "late");
    };
    const all = await settle(Promise.allSettled([1, 2, 3].map(() => isolate().run("a", passenger, fail))));
    expect(all).toMatchObject([1, 2, 3].map(() => ({ reason: { code: "backend-timeout", detail: "late" } })));
    expect(works).toBe(1);
    const { work } = worker(sleep);
    expect(await settle(isolate().run("a", passenger, work))).toEqual({ value: 1, isCollapsed: false });
  });

  it.each([
    ["whose caller leaves", new Problem("request-cancelled", "gone")],
    ["who meets a bug", new TypeError("a bug")],
  ])("is taken over at once from a leader %s", async (_, reason) => {
    const { settle, isolate, sleep, now } = isolates();
    const { work } = worker(sleep);
    const leave = async (): Promise<number> => {
      await sleep(10);
      throw reason;
    };
    const [first, second] = await settle(
      Promise.allSettled([isolate().run("a", passenger, leave), isolate().run("a", passenger, work)]),
    );
    expect([first.status, second]).toMatchObject(["rejected", { value: { value: 1, isCollapsed: false } }]);
    expect(now()).toBeLessThan(SHARED_LEASE_MS);
  });

  it("is taken over from a leader who falls silent, when its lease is over", async () => {
    const { settle, isolate, sleep, now, far } = isolates();
    // An isolate that has died: none of its waits ever ends.
    const dead = isolate(far, (ms) => (ms === RENEW_MS ? new Promise<void>(() => {}) : sleep(ms)));
    void dead.run("a", passenger, () => new Promise<number>(() => {}));
    const { work } = worker(sleep);
    const landed = await settle(Promise.all([1, 2, 3].map(() => isolate().run("a", passenger, work))));
    expect(landed.map(({ isCollapsed }) => isCollapsed)).toEqual([false, true, true]);
    expect(now()).toBeGreaterThan(SHARED_LEASE_MS);
    expect(now()).toBeLessThan(SHARED_LEASE_MS + POLL_MS);
  });

  it("lets one who waits leave without the others", async () => {
    const { settle, isolate, sleep, now } = isolates();
    const { work } = worker(sleep, 2 * POLL_MS);
    const check = (): void => {
      if (now() > 20) throw new Problem("request-cancelled", "gone");
    };
    const all = Promise.allSettled([
      isolate().run("a", passenger, work),
      isolate().run("a", { ...passenger, check }, work),
      isolate().run("a", passenger, work),
    ]);
    expect((await settle(all)).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

describe("a desk", () => {
  const hanging: FlightDesk = {
    ask: () => new Promise(() => {}),
    renew: () => Promise.reject(new Error("down")),
    end: () => Promise.reject(new Error("down")),
    leave: () => Promise.reject(new Error("down")),
  };

  it("that hangs is gone without after one trip's time, left alone for a while, and asked again", async () => {
    const { settle, isolate, sleep, now, failures } = isolates();
    let asked = 0;
    const count: FlightDesk["ask"] = (question) => {
      asked += 1;
      return hanging.ask(question);
    };
    const flight = isolate({ ...hanging, ask: count });
    const { work } = worker(sleep, 10);
    expect(await settle(flight.run("a", passenger, work))).toEqual({ value: 1, isCollapsed: false });
    expect(now()).toBe(TRIP_MS + 10);
    await settle(flight.run("b", passenger, work));
    expect([now(), asked, failures.length]).toEqual([TRIP_MS + 20, 1, 1]);
    await settle(sleep(REST_MS));
    await settle(flight.run("c", passenger, work));
    expect([asked, failures.length]).toEqual([2, 2]);
  });

  it.each<[string, Partial<FlightDesk>]>([
    ["cannot be asked", { ask: () => Promise.reject(new Error("down")) }],
    [
      "breaks at once",
      {
        ask: () => {
          throw new Error("down");
        },
      },
    ],
    ["gives the lead and is gone", { ask: async () => ({ type: "lead" }) }],
    ["hands over what is no value", { ask: async () => ({ type: "ended", outcome: { value: "" } }) }],
  ])("that %s costs no answer", async (_, changes) => {
    const { settle, isolate, sleep } = isolates();
    const { work } = worker(sleep, 3 * RENEW_MS);
    const run = isolate({ ...hanging, ...changes }).run("a", passenger, work);
    expect(await settle(run)).toEqual({ value: 1, isCollapsed: false });
  });

  it("of another version may hand over a problem that this one does not know", async () => {
    const { settle, isolate, sleep } = isolates();
    const desk: FlightDesk = {
      ...hanging,
      ask: async () => ({ type: "ended", outcome: { problem: { code: "new", detail: "" } } }),
    };
    const run = isolate(desk).run("a", passenger, worker(sleep).work);
    await expect(settle(run)).rejects.toMatchObject({ code: "internal" });
  });
});
