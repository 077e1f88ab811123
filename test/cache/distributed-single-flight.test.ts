import { describe, expect, it } from "vitest";
import { createCoordinator, type Coordinator } from "../../src/cache/coordinator.ts";
import { LEADER_LEASE_MS } from "../../src/cache/coordinator-state.ts";
import {
  createDistributedSingleFlight,
  JOIN_WAIT_MS,
  RENEW_INTERVAL_MS,
  BACKOFF_MS,
  MESSAGE_TIMEOUT_MS,
} from "../../src/cache/distributed-single-flight.ts";
import { Problem } from "../../src/contract/problems.ts";
import { createManualClock } from "../support/manual-clock.ts";

const caller = { check: (): void => {}, maxAgeMs: Infinity };

/** Isolates that share one coordinator and one clock; a message to the coordinator takes `tripMs`. */
function isolates({ tripMs = 1 } = {}) {
  const { settle, ...time } = createManualClock();
  const home = createCoordinator(time);
  const trip = async <Value>(work: Promise<Value>): Promise<Value> => {
    await time.sleep(tripMs);
    return work;
  };
  const far: Coordinator = {
    join: (request) => trip(home.join(request)),
    renew: (participant) => trip(home.renew(participant)),
    complete: (participant, result) => trip(home.complete(participant, result)),
    release: (participant) => trip(home.release(participant)),
  };
  let participants = 0;
  const failures: unknown[] = [];
  const background: Promise<void>[] = [];
  const isolate = (coordinator: Coordinator = far, sleep = time.sleep) =>
    createDistributedSingleFlight<number>({
      now: time.now,
      sleep,
      coordinatorFor: () => coordinator,
      newParticipantId: () => `m${(participants += 1)}`,
      serialize: String,
      parse: (text) => (text === "" ? undefined : Number(text)),
      waitUntil: (work) => background.push(work),
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

describe("work that several isolates join for at once", () => {
  it("is done by one of them, and all get its value", async () => {
    const { settle, isolate, sleep } = isolates();
    const { work, done } = worker(sleep, 10 * LEADER_LEASE_MS);
    const results = await settle(Promise.all(Array.from({ length: 20 }, () => isolate().run("a", caller, work))));
    expect(done.count).toBe(1);
    expect(results.filter(({ isCollapsed }) => isCollapsed)).toHaveLength(19);
    expect(new Set(results.map(({ value }) => value))).toEqual(new Set([1]));
  });

  it("is given to an isolate that comes just after completion, unless it wants a new value", async () => {
    const { settle, isolate, sleep } = isolates();
    const { work } = worker(sleep);
    await settle(isolate().run("a", caller, work));
    await settle(sleep(5));
    expect(await settle(isolate().run("a", caller, work))).toEqual({ value: 1, isCollapsed: true });
    const anew = isolate().run("a", { ...caller, maxAgeMs: 0 }, work);
    expect(await settle(anew)).toEqual({ value: 2, isCollapsed: false });
  });

  it("fails once for all waiters with a problem, and the next caller tries again", async () => {
    const { settle, isolate, sleep } = isolates();
    let works = 0;
    const fail = async (): Promise<number> => {
      works += 1;
      await sleep(100);
      throw new Problem("backend-timeout", "late");
    };
    const all = await settle(Promise.allSettled([1, 2, 3].map(() => isolate().run("a", caller, fail))));
    expect(all).toMatchObject([1, 2, 3].map(() => ({ reason: { code: "backend-timeout", detail: "late" } })));
    expect(works).toBe(1);
    const { work } = worker(sleep);
    expect(await settle(isolate().run("a", caller, work))).toEqual({ value: 1, isCollapsed: false });
  });

  it.each([
    ["whose caller leaves", new Problem("request-cancelled", "gone")],
    ["who meets a bug", new TypeError("a bug")],
  ])("is taken over at once from a leader %s", async (_, reason) => {
    const { settle, isolate, sleep, now } = isolates();
    const { work } = worker(sleep);
    const release = async (): Promise<number> => {
      await sleep(10);
      throw reason;
    };
    const [first, second] = await settle(
      Promise.allSettled([isolate().run("a", caller, release), isolate().run("a", caller, work)]),
    );
    expect([first.status, second]).toMatchObject(["rejected", { value: { value: 1, isCollapsed: false } }]);
    expect(now()).toBeLessThan(LEADER_LEASE_MS);
  });

  it("is taken over from a leader that has died, when its lease expires", async () => {
    const { settle, isolate, sleep, now, far } = isolates();
    // An isolate that has died: none of its waits ever ends.
    const dead = isolate(far, (ms) => (ms === RENEW_INTERVAL_MS ? new Promise<void>(() => {}) : sleep(ms)));
    void dead.run("a", caller, () => new Promise<number>(() => {}));
    const { work } = worker(sleep);
    const results = await settle(Promise.all([1, 2, 3].map(() => isolate().run("a", caller, work))));
    expect(results.map(({ isCollapsed }) => isCollapsed)).toEqual([false, true, true]);
    expect(now()).toBeGreaterThan(LEADER_LEASE_MS);
    expect(now()).toBeLessThan(LEADER_LEASE_MS + JOIN_WAIT_MS);
  });

  it("lets one who waits release without the others", async () => {
    const { settle, isolate, sleep, now } = isolates();
    const { work } = worker(sleep, 2 * JOIN_WAIT_MS);
    const check = (): void => {
      if (now() > 20) throw new Problem("request-cancelled", "gone");
    };
    const all = Promise.allSettled([
      isolate().run("a", caller, work),
      isolate().run("a", { ...caller, check }, work),
      isolate().run("a", caller, work),
    ]);
    expect((await settle(all)).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });
});

describe("a coordinator", () => {
  const hanging: Coordinator = {
    join: () => new Promise(() => {}),
    renew: () => Promise.reject(new Error("down")),
    complete: () => Promise.reject(new Error("down")),
    release: () => Promise.reject(new Error("down")),
  };

  it("that hangs is gone without after one trip's time, left alone for a while, and joins again", async () => {
    const { settle, isolate, sleep, now, failures } = isolates();
    let joins = 0;
    const count: Coordinator["join"] = (request) => {
      joins += 1;
      return hanging.join(request);
    };
    const flight = isolate({ ...hanging, join: count });
    const { work } = worker(sleep, 10);
    expect(await settle(flight.run("a", caller, work))).toEqual({ value: 1, isCollapsed: false });
    expect(now()).toBe(MESSAGE_TIMEOUT_MS + 10);
    await settle(flight.run("b", caller, work));
    expect([now(), joins, failures.length]).toEqual([MESSAGE_TIMEOUT_MS + 20, 1, 1]);
    await settle(sleep(BACKOFF_MS));
    await settle(flight.run("c", caller, work));
    expect([joins, failures.length]).toEqual([2, 2]);
  });

  it.each<[string, Partial<Coordinator>]>([
    ["cannot be joins", { join: () => Promise.reject(new Error("down")) }],
    [
      "breaks at once",
      {
        join: () => {
          throw new Error("down");
        },
      },
    ],
    ["gives the lead and then fails", { join: async () => ({ type: "lead" }) }],
    ["hands over a text that is not a value", { join: async () => ({ type: "complete", result: { value: "" } }) }],
  ])("that %s costs no answer", async (_, changes) => {
    const { settle, isolate, sleep } = isolates();
    const { work } = worker(sleep, 3 * RENEW_INTERVAL_MS);
    const run = isolate({ ...hanging, ...changes }).run("a", caller, work);
    expect(await settle(run)).toEqual({ value: 1, isCollapsed: false });
  });

  it("of another version may hand over a problem that this one does not know", async () => {
    const { settle, isolate, sleep } = isolates();
    const coordinator: Coordinator = {
      ...hanging,
      join: async () => ({ type: "complete", result: { problem: { code: "new", detail: "" } } }),
    };
    const run = isolate(coordinator).run("a", caller, worker(sleep).work);
    await expect(settle(run)).rejects.toMatchObject({ code: "internal" });
  });
});
