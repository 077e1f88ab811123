import { describe, expect, it } from "vitest";
import { createModelQueue, LEASE_MS, MAX_WAITING } from "../../src/placements/model-queue.ts";

/** A queue with a manual clock: each sleep advances the clock and ends in the next task. */
function setUp(imageBudgetBytes = 1000) {
  let nowMs = 0;
  const queue = createModelQueue({
    now: () => nowMs,
    sleep: async (milliseconds) => {
      nowMs += milliseconds;
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
    imageBudgetBytes,
  });
  const advance = (milliseconds: number) => {
    nowMs += milliseconds;
  };
  return { queue, advance };
}

const noCheck = () => {};

describe("the queue", () => {
  it("grants the lease at once when it is free", async () => {
    const { queue } = setUp();
    await expect(queue.acquire(1, noCheck)).resolves.toBeDefined();
  });

  it("grants the lease to one request at a time, in order of arrival", async () => {
    const { queue } = setUp();
    const log: string[] = [];
    const requests = ["a", "b", "c"].map(async (name) => {
      const lease = await queue.acquire(1, noCheck);
      log.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 0));
      log.push(`${name} out`);
      lease.release();
    });
    await Promise.all(requests);
    expect(log).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
  });

  it("removes a waiter that cancels", async () => {
    const { queue } = setUp();
    const first = await queue.acquire(1, noCheck);
    const cancelling = queue.acquire(1, () => {
      throw new Error("gone");
    });
    const last = queue.acquire(1, noCheck);
    await expect(cancelling).rejects.toThrow("gone");
    first.release();
    await expect(last).resolves.toBeDefined();
  });

  it("revokes a lease that is not renewed", async () => {
    const { queue, advance } = setUp();
    await queue.acquire(1, noCheck);
    const next = queue.acquire(1, noCheck);
    advance(LEASE_MS);
    await expect(next).resolves.toBeDefined();
  });

  it("waits for a holder that renews its lease", async () => {
    const { queue, advance } = setUp();
    const holder = await queue.acquire(1, noCheck);
    let polls = 0;
    const next = queue.acquire(1, () => {
      polls += 1;
      if (polls <= 3) {
        advance(LEASE_MS / 2);
        holder.renew();
      } else {
        holder.release();
      }
    });
    await next;
    expect(polls).toBe(4);
  });

  it("moves a waiter that was removed to the end", async () => {
    const { queue, advance } = setUp();
    await queue.acquire(1, noCheck);
    const order: string[] = [];
    const slow = (async () => {
      const lease = await queue.acquire(1, noCheck);
      order.push("slow");
      lease.release();
    })();
    let isFirstPoll = true;
    const quick = queue.acquire(1, () => {
      if (isFirstPoll) advance(LEASE_MS + 1);
      isFirstPoll = false;
    });
    const { release } = await quick;
    order.push("quick");
    release();
    await slow;
    expect(order).toEqual(["quick", "slow"]);
  });

  it("ignores a late or repeated release of an expired lease", async () => {
    const { queue, advance } = setUp();
    const expired = await queue.acquire(1, noCheck);
    const second = queue.acquire(1, noCheck);
    advance(LEASE_MS);
    const lease = await second;
    expired.release();
    expired.release();
    let isGranted = false;
    const third = queue.acquire(1, noCheck).then(() => (isGranted = true));
    for (let round = 0; round < 5; round++) await new Promise((resolve) => setTimeout(resolve, 0));
    expect(isGranted).toBe(false);
    lease.release();
    await third;
  });

  it("refuses a request that exceeds the image budget", async () => {
    const { queue } = setUp(100);
    await queue.acquire(60, noCheck);
    await expect(queue.acquire(41, noCheck)).rejects.toMatchObject({ code: "overloaded" });
    const fits = queue.acquire(40, () => {
      throw new Error("it waits");
    });
    await expect(fits).rejects.toThrow("it waits");
  });

  it("does not count the bytes of an expired holder, even without waiters", async () => {
    const { queue, advance } = setUp(100);
    await queue.acquire(60, noCheck);
    advance(LEASE_MS + 1);
    await expect(queue.acquire(60, noCheck)).resolves.toBeDefined();
  });

  it("admits a single request that exceeds the budget", async () => {
    const { queue } = setUp(100);
    await expect(queue.acquire(5000, noCheck)).resolves.toBeDefined();
  });

  it("refuses more than MAX_WAITING waiters", async () => {
    const { queue } = setUp();
    const holder = await queue.acquire(0, noCheck);
    const waiting = Array.from({ length: MAX_WAITING }, async () => (await queue.acquire(0, noCheck)).release());
    await expect(queue.acquire(0, noCheck)).rejects.toMatchObject({ code: "overloaded" });
    holder.release();
    await Promise.all(waiting);
    await expect(queue.acquire(0, noCheck)).resolves.toBeDefined();
  });
});
