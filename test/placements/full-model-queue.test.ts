import { describe, expect, it } from "vitest";
import { LEASE_MS, MAX_QUEUED_UNITS, MAX_WAITING } from "../../src/placements/model-places.ts";
import { cancel, claim, manualQueue } from "../support/model-queue.ts";

describe("a full queue", () => {
  it("refuses a request that exceeds the image budget", async () => {
    const { queue } = manualQueue(100);
    await queue.acquire(claim({ bytes: 60 }));
    await expect(queue.acquire(claim({ bytes: 41 }))).rejects.toMatchObject({ code: "overloaded" });
    await expect(queue.acquire(claim({ bytes: 40, check: cancel }))).rejects.toThrow("gone");
  });

  it("does not count the bytes of an expired holder, even without waiters", async () => {
    const { queue, advance } = manualQueue(100);
    await queue.acquire(claim({ bytes: 60 }));
    advance(LEASE_MS + 1);
    await expect(queue.acquire(claim({ bytes: 60 }))).resolves.toBeDefined();
  });

  it("admits a single request that exceeds the budgets", async () => {
    const { queue } = manualQueue(100);
    const large = claim({ bytes: 5000, units: 2 * MAX_QUEUED_UNITS });
    await expect(queue.acquire(large)).resolves.toBeDefined();
  });

  it("refuses more than MAX_WAITING waiters of one caller", async () => {
    const { queue } = manualQueue();
    const holder = await queue.acquire(claim());
    const waiting = Array.from({ length: MAX_WAITING }, async () => (await queue.acquire(claim())).release());
    await expect(queue.acquire(claim())).rejects.toMatchObject({ code: "overloaded" });
    holder.release();
    await Promise.all(waiting);
    await expect(queue.acquire(claim())).resolves.toBeDefined();
  });

  it("refuses the newest request of the caller with the most work in favour of another caller", async () => {
    const { queue } = manualQueue();
    const holder = await queue.acquire(claim({ caller: "hog", units: MAX_QUEUED_UNITS / 2 }));
    const early = queue.acquire(claim({ caller: "hog", units: MAX_QUEUED_UNITS / 4 }));
    const late = queue.acquire(claim({ caller: "hog", units: MAX_QUEUED_UNITS / 4 }));
    const other = queue.acquire(claim({ caller: "other", units: 8 }));
    await expect(late).rejects.toMatchObject({ code: "overloaded" });
    holder.release();
    (await other).release();
    await expect(early).resolves.toBeDefined();
  });

  it("does not refuse a request that has begun", async () => {
    const { queue } = manualQueue();
    const hog = await queue.acquire(claim({ caller: "hog", units: MAX_QUEUED_UNITS }));
    const other = queue.acquire(claim({ caller: "other", units: 1 }));
    await expect(other).rejects.toMatchObject({ code: "overloaded" });
    await expect(hog.giveWay()).resolves.toBeUndefined();
  });
});
