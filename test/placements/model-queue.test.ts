import { describe, expect, it } from "vitest";
import { LEASE_MS } from "../../src/placements/model-places.ts";
import { createModelQueue, type ModelClaim } from "../../src/placements/model-queue.ts";
import { MAX_MISSED_ROUNDS } from "../../src/scheduling/heartbeats.ts";
import { cancel, claim, manualQueue, nextTask } from "../support/model-queue.ts";

describe("the queue", () => {
  it("grants the lease at once when it is free", async () => {
    const { queue } = manualQueue();
    await expect(queue.acquire(claim())).resolves.toBeDefined();
  });

  it("grants the lease to one request at a time, equals in order of arrival", async () => {
    const { queue } = manualQueue();
    const log: string[] = [];
    const requests = ["a", "b", "c"].map(async (name) => {
      const lease = await queue.acquire(claim());
      log.push(`${name} in`);
      await nextTask();
      log.push(`${name} out`);
      lease.release();
    });
    await Promise.all(requests);
    expect(log).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
  });

  it("removes a waiter that cancels", async () => {
    const { queue } = manualQueue();
    const first = await queue.acquire(claim());
    const cancelling = queue.acquire(claim({ check: cancel }));
    const last = queue.acquire(claim());
    await expect(cancelling).rejects.toThrow("gone");
    first.release();
    await expect(last).resolves.toBeDefined();
  });
});

/** Runs requests that each hold the model for `units` milliseconds; returns their order. */
async function order(claims: readonly (Partial<ModelClaim> & { readonly name: string })[]) {
  const { queue, advance } = manualQueue();
  const holder = await queue.acquire(claim({ caller: "first" }));
  const served: string[] = [];
  const requests = claims.map(async ({ name, ...parts }) => {
    const own = claim(parts);
    const lease = await queue.acquire(own);
    served.push(name);
    advance(own.units);
    lease.release();
  });
  holder.release();
  await Promise.all(requests);
  return served;
}

describe("turns", () => {
  it("alternate between callers", async () => {
    const hog = ["h1", "h2", "h3"].map((name) => ({ name, caller: "hog", units: 10 }));
    expect(await order([...hog, { name: "other", caller: "other", units: 1 }])).toEqual(["h1", "other", "h2", "h3"]);
  });

  it("serve a caller's smallest request first", async () => {
    const large = { name: "large", caller: "a", units: 50 };
    expect(await order([large, { name: "small", caller: "a", units: 2 }])).toEqual(["small", "large"]);
  });

  it("let another caller go first between two batches of a large request", async () => {
    const { queue, advance } = manualQueue();
    const hog = await queue.acquire(claim({ caller: "hog", units: 100 }));
    const log: string[] = [];
    const other = (async () => {
      const lease = await queue.acquire(claim({ caller: "other" }));
      log.push("other");
      lease.release();
    })();
    advance(50);
    await hog.giveWay();
    log.push("hog");
    hog.release();
    await other;
    expect(log).toEqual(["other", "hog"]);
  });

  it("go on at once for a request that nobody waits behind", async () => {
    let sleeps = 0;
    const queue = createModelQueue({
      now: () => 0,
      sleep: async () => {
        sleeps += 1;
      },
      imageBudgetBytes: 1,
    });
    const lease = await queue.acquire(claim());
    await lease.giveWay();
    expect(sleeps).toBe(0);
  });

  it("end for a request that is cancelled while others use the model", async () => {
    const { queue } = manualQueue();
    let isCancelled = false;
    const check = () => {
      if (isCancelled) throw new Error("gone");
    };
    const hog = await queue.acquire(claim({ caller: "hog", check }));
    const other = queue.acquire(claim({ caller: "other" }));
    await nextTask();
    isCancelled = true;
    await expect(hog.giveWay()).rejects.toThrow("gone");
    (await other).release();
    await expect(queue.acquire(claim())).resolves.toBeDefined();
  });
});

describe("a request that workerd drops", () => {
  it("loses a lease that it does not renew", async () => {
    const { queue, advance } = manualQueue();
    await queue.acquire(claim());
    const next = queue.acquire(claim());
    advance(LEASE_MS);
    await expect(next).resolves.toBeDefined();
  });

  it("keeps a lease that it renews", async () => {
    const { queue, advance } = manualQueue();
    const holder = await queue.acquire(claim());
    let polls = 0;
    const check = () => {
      polls += 1;
      if (polls > 3) return holder.release();
      advance(LEASE_MS / 2);
      holder.renew();
    };
    await queue.acquire(claim({ check }));
    expect(polls).toBe(4);
  });

  it("does not keep its place in the queue", async () => {
    let nowMs = 0;
    let isDropped = false;
    const queue = createModelQueue({
      now: () => nowMs,
      // The dropped request never wakes again; sleeps of both begin in turn.
      sleep: async (milliseconds) => {
        nowMs += milliseconds;
        isDropped = !isDropped;
        await (isDropped ? new Promise<never>(() => {}) : nextTask());
      },
      imageBudgetBytes: 1000,
    });
    const holder = await queue.acquire(claim());
    void queue.acquire(claim());
    let polls = 0;
    const check = () => {
      polls += 1;
      isDropped = true;
      nowMs += 100;
      if (polls === 1) holder.release();
    };
    await expect(queue.acquire(claim({ check }))).resolves.toBeDefined();
    expect(polls).toBeGreaterThan(MAX_MISSED_ROUNDS);
  });

  it("has no effect when it releases an expired lease late or twice", async () => {
    const { queue, advance } = manualQueue();
    const expired = await queue.acquire(claim());
    const second = queue.acquire(claim());
    advance(LEASE_MS);
    const lease = await second;
    expired.release();
    expired.release();
    let isGranted = false;
    const third = queue.acquire(claim()).then(() => (isGranted = true));
    for (let round = 0; round < 5; round++) await nextTask();
    expect(isGranted).toBe(false);
    lease.release();
    await third;
  });
});
