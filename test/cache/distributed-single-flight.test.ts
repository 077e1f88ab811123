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

/** Isolates that share one coordinator and one clock; a message to the coordinator takes `latencyMs`. */
function isolates({ latencyMs = 1 } = {}) {
  const { settle, ...time } = createManualClock();
  const local = createCoordinator(time);
  const delayed = async <Value>(work: Promise<Value>): Promise<Value> => {
    await time.sleep(latencyMs);
    return work;
  };
  const remote: Coordinator = {
    join: (request) => delayed(local.join(request)),
    renew: (participant) => delayed(local.renew(participant)),
    complete: (participant, result) => delayed(local.complete(participant, result)),
    release: (participant) => delayed(local.release(participant)),
  };
  let participants = 0;
  const failures: unknown[] = [];
  const background: Promise<void>[] = [];
  const isolate = (coordinator: Coordinator = remote, sleep = time.sleep) =>
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
  return { ...time, settle, isolate, remote, failures };
}

/** Work that takes some time, and counts how often it runs. */
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

describe("concurrent work of several isolates", () => {
  it("runs in one isolate, and all get its value", async () => {
    const { settle, isolate, sleep } = isolates();
    const { work, done } = worker(sleep, 10 * LEADER_LEASE_MS);
    const results = await settle(Promise.all(Array.from({ length: 20 }, () => isolate().run("a", caller, work))));
    expect(done.count).toBe(1);
    expect(results.filter(({ isCollapsed }) => isCollapsed)).toHaveLength(19);
    expect(new Set(results.map(({ value }) => value))).toEqual(new Set([1]));
  });

  it("gives its value to an isolate that joins just after completion, unless it accepts no older value", async () => {
    const { settle, isolate, sleep } = isolates();
    const { work } = worker(sleep);
    await settle(isolate().run("a", caller, work));
    await settle(sleep(5));
    expect(await settle(isolate().run("a", caller, work))).toEqual({ value: 1, isCollapsed: true });
    const fresh = isolate().run("a", { ...caller, maxAgeMs: 0 }, work);
    expect(await settle(fresh)).toEqual({ value: 2, isCollapsed: false });
  });

  it("fails once for all waiters with the same problem, and the next caller tries again", async () => {
    const { settle, isolate, sleep } = isolates();
    let runs = 0;
    const fail = async (): Promise<number> => {
      runs += 1;
      await sleep(100);
      throw new Problem("backend-timeout", "late");
    };
    const all = await settle(Promise.allSettled([1, 2, 3].map(() => isolate().run("a", caller, fail))));
    expect(all).toMatchObject([1, 2, 3].map(() => ({ reason: { code: "backend-timeout", detail: "late" } })));
    expect(runs).toBe(1);
    const { work } = worker(sleep);
    expect(await settle(isolate().run("a", caller, work))).toEqual({ value: 1, isCollapsed: false });
  });

  it.each([
    ["that is cancelled", new Problem("request-cancelled", "gone")],
    ["that throws an unexpected error", new TypeError("a bug")],
  ])("is taken over at once from a leader %s", async (_, reason) => {
    const { settle, isolate, sleep, now } = isolates();
    const { work } = worker(sleep);
    const fail = async (): Promise<number> => {
      await sleep(10);
      throw reason;
    };
    const [first, second] = await settle(
      Promise.allSettled([isolate().run("a", caller, fail), isolate().run("a", caller, work)]),
    );
    expect([first.status, second]).toMatchObject(["rejected", { value: { value: 1, isCollapsed: false } }]);
    expect(now()).toBeLessThan(LEADER_LEASE_MS);
  });

  it("is taken over from a dead leader when its lease expires", async () => {
    const { settle, isolate, sleep, now, remote } = isolates();
    // A dead isolate: its renewal timer never fires.
    const dead = isolate(remote, (ms) => (ms === RENEW_INTERVAL_MS ? new Promise<void>(() => {}) : sleep(ms)));
    void dead.run("a", caller, () => new Promise<number>(() => {}));
    const { work } = worker(sleep);
    const results = await settle(Promise.all([1, 2, 3].map(() => isolate().run("a", caller, work))));
    expect(results.map(({ isCollapsed }) => isCollapsed)).toEqual([false, true, true]);
    expect(now()).toBeGreaterThan(LEADER_LEASE_MS);
    expect(now()).toBeLessThan(LEADER_LEASE_MS + JOIN_WAIT_MS);
  });

  it("rejects for a waiter that leaves, and not for the others", async () => {
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

  it("that hangs is skipped after `MESSAGE_TIMEOUT_MS`, and called again after `BACKOFF_MS`", async () => {
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
    ["cannot be joined", { join: () => Promise.reject(new Error("down")) }],
    [
      "throws synchronously",
      {
        join: () => {
          throw new Error("down");
        },
      },
    ],
    ["grants the lead and then fails", { join: async () => ({ type: "lead" }) }],
    ["returns a text that is not a value", { join: async () => ({ type: "complete", result: { value: "" } }) }],
  ])("that %s does not prevent the result", async (_, changes) => {
    const { settle, isolate, sleep } = isolates();
    const { work } = worker(sleep, 3 * RENEW_INTERVAL_MS);
    const run = isolate({ ...hanging, ...changes }).run("a", caller, work);
    expect(await settle(run)).toEqual({ value: 1, isCollapsed: false });
  });

  it("of another version may return an unknown problem code, which becomes `internal`", async () => {
    const { settle, isolate, sleep } = isolates();
    const coordinator: Coordinator = {
      ...hanging,
      join: async () => ({ type: "complete", result: { problem: { code: "new", detail: "" } } }),
    };
    const run = isolate(coordinator).run("a", caller, worker(sleep).work);
    await expect(settle(run)).rejects.toMatchObject({ code: "internal" });
  });
});
