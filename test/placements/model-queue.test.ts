import { describe, expect, it } from "vitest";
import { createModelQueue, LEASE_MS, MAX_WAITING } from "../../src/placements/model-queue.ts";

/** A queue on a clock of its own: sleeping moves the clock, and everybody who sleeps wakes in turn. */
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

const patient = () => {};

describe("the queue", () => {
  it("lets one in at once", async () => {
    const { queue } = setUp();
    await expect(queue.acquire(1, patient)).resolves.toBeDefined();
  });

  it("lets the others in one at a time, in the order they came", async () => {
    const { queue } = setUp();
    const log: string[] = [];
    const visits = ["a", "b", "c"].map(async (name) => {
      const turn = await queue.acquire(1, patient);
      log.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 0));
      log.push(`${name} out`);
      turn.release();
    });
    await Promise.all(visits);
    expect(log).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
  });

  it("forgets who gave up while waiting", async () => {
    const { queue } = setUp();
    const first = await queue.acquire(1, patient);
    const impatient = queue.acquire(1, () => {
      throw new Error("gone");
    });
    const last = queue.acquire(1, patient);
    await expect(impatient).rejects.toThrow("gone");
    first.release();
    await expect(last).resolves.toBeDefined();
  });

  it("passes over a holder who has been silent for the lease", async () => {
    const { queue, advance } = setUp();
    await queue.acquire(1, patient);
    const next = queue.acquire(1, patient);
    advance(LEASE_MS);
    await expect(next).resolves.toBeDefined();
  });

  it("waits for a holder who says that it lives", async () => {
    const { queue, advance } = setUp();
    const holder = await queue.acquire(1, patient);
    let looks = 0;
    const next = queue.acquire(1, () => {
      looks += 1;
      if (looks <= 3) {
        advance(LEASE_MS / 2);
        holder.renew();
      } else {
        holder.release();
      }
    });
    await next;
    expect(looks).toBe(4);
  });

  it("lets one who was passed over while waiting stand at the end", async () => {
    const { queue, advance } = setUp();
    await queue.acquire(1, patient);
    const order: string[] = [];
    const slow = (async () => {
      const turn = await queue.acquire(1, patient);
      order.push("slow");
      turn.release();
    })();
    let isFirstLook = true;
    const quick = queue.acquire(1, () => {
      if (isFirstLook) advance(LEASE_MS + 1);
      isFirstLook = false;
    });
    const { release } = await quick;
    order.push("quick");
    release();
    await slow;
    expect(order).toEqual(["quick", "slow"]);
  });

  it("is not confused by a silent holder who leaves late, or twice", async () => {
    const { queue, advance } = setUp();
    const silent = await queue.acquire(1, patient);
    const second = queue.acquire(1, patient);
    advance(LEASE_MS);
    const turn = await second;
    silent.release();
    silent.release();
    let entered = false;
    const third = queue.acquire(1, patient).then(() => (entered = true));
    for (let round = 0; round < 5; round++) await new Promise((resolve) => setTimeout(resolve, 0));
    expect(entered).toBe(false);
    turn.release();
    await third;
  });

  it("refuses what would hold more bytes than there is room for", async () => {
    const { queue } = setUp(100);
    await queue.acquire(60, patient);
    await expect(queue.acquire(41, patient)).rejects.toMatchObject({ code: "overloaded" });
    const fits = queue.acquire(40, () => {
      throw new Error("it waits");
    });
    await expect(fits).rejects.toThrow("it waits");
  });

  it("does not count what a silent holder held, though nobody waits", async () => {
    const { queue, advance } = setUp(100);
    await queue.acquire(60, patient);
    advance(LEASE_MS + 1);
    await expect(queue.acquire(60, patient)).resolves.toBeDefined();
  });

  it("lets a large one in when it is alone", async () => {
    const { queue } = setUp(100);
    await expect(queue.acquire(5000, patient)).resolves.toBeDefined();
  });

  it("lets so many wait and no more", async () => {
    const { queue } = setUp();
    const holder = await queue.acquire(0, patient);
    const waiting = Array.from({ length: MAX_WAITING }, async () => (await queue.acquire(0, patient)).release());
    await expect(queue.acquire(0, patient)).rejects.toMatchObject({ code: "overloaded" });
    holder.release();
    await Promise.all(waiting);
    await expect(queue.acquire(0, patient)).resolves.toBeDefined();
  });
});
