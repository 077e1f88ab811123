import { describe, expect, it } from "vitest";
import { createTurnstile, LEASE_MS, MAX_WAITING } from "../../src/placements/model-queue.ts";

/** A turnstile on a clock of its own: sleeping moves the clock, and everybody who sleeps wakes in turn. */
function setUp(maxHeldBytes = 1000) {
  let nowMs = 0;
  const turnstile = createTurnstile({
    now: () => nowMs,
    sleep: async (milliseconds) => {
      nowMs += milliseconds;
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
    maxHeldBytes,
  });
  const advance = (milliseconds: number) => {
    nowMs += milliseconds;
  };
  return { turnstile, advance };
}

const patient = () => {};

describe("the turnstile", () => {
  it("lets one in at once", async () => {
    const { turnstile } = setUp();
    await expect(turnstile.enter(1, patient)).resolves.toBeDefined();
  });

  it("lets the others in one at a time, in the order they came", async () => {
    const { turnstile } = setUp();
    const log: string[] = [];
    const visits = ["a", "b", "c"].map(async (name) => {
      const turn = await turnstile.enter(1, patient);
      log.push(`${name} in`);
      await new Promise((resolve) => setTimeout(resolve, 0));
      log.push(`${name} out`);
      turn.leave();
    });
    await Promise.all(visits);
    expect(log).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
  });

  it("forgets who gave up while waiting", async () => {
    const { turnstile } = setUp();
    const first = await turnstile.enter(1, patient);
    const impatient = turnstile.enter(1, () => {
      throw new Error("gone");
    });
    const last = turnstile.enter(1, patient);
    await expect(impatient).rejects.toThrow("gone");
    first.leave();
    await expect(last).resolves.toBeDefined();
  });

  it("passes over a holder who has been silent for the lease", async () => {
    const { turnstile, advance } = setUp();
    await turnstile.enter(1, patient);
    const next = turnstile.enter(1, patient);
    advance(LEASE_MS);
    await expect(next).resolves.toBeDefined();
  });

  it("waits for a holder who says that it lives", async () => {
    const { turnstile, advance } = setUp();
    const holder = await turnstile.enter(1, patient);
    let looks = 0;
    const next = turnstile.enter(1, () => {
      looks += 1;
      if (looks <= 3) {
        advance(LEASE_MS / 2);
        holder.renew();
      } else {
        holder.leave();
      }
    });
    await next;
    expect(looks).toBe(4);
  });

  it("lets one who was passed over while waiting stand at the end", async () => {
    const { turnstile, advance } = setUp();
    await turnstile.enter(1, patient);
    const order: string[] = [];
    const slow = (async () => {
      const turn = await turnstile.enter(1, patient);
      order.push("slow");
      turn.leave();
    })();
    let isFirstLook = true;
    const quick = turnstile.enter(1, () => {
      if (isFirstLook) advance(LEASE_MS + 1);
      isFirstLook = false;
    });
    const { leave } = await quick;
    order.push("quick");
    leave();
    await slow;
    expect(order).toEqual(["quick", "slow"]);
  });

  it("is not confused by a silent holder who leaves late, or twice", async () => {
    const { turnstile, advance } = setUp();
    const silent = await turnstile.enter(1, patient);
    const second = turnstile.enter(1, patient);
    advance(LEASE_MS);
    const turn = await second;
    silent.leave();
    silent.leave();
    let entered = false;
    const third = turnstile.enter(1, patient).then(() => (entered = true));
    for (let round = 0; round < 5; round++) await new Promise((resolve) => setTimeout(resolve, 0));
    expect(entered).toBe(false);
    turn.leave();
    await third;
  });

  it("refuses what would hold more bytes than there is room for", async () => {
    const { turnstile } = setUp(100);
    await turnstile.enter(60, patient);
    await expect(turnstile.enter(41, patient)).rejects.toMatchObject({ code: "overloaded" });
    const fits = turnstile.enter(40, () => {
      throw new Error("it waits");
    });
    await expect(fits).rejects.toThrow("it waits");
  });

  it("does not count what a silent holder held, though nobody waits", async () => {
    const { turnstile, advance } = setUp(100);
    await turnstile.enter(60, patient);
    advance(LEASE_MS + 1);
    await expect(turnstile.enter(60, patient)).resolves.toBeDefined();
  });

  it("lets a large one in when it is alone", async () => {
    const { turnstile } = setUp(100);
    await expect(turnstile.enter(5000, patient)).resolves.toBeDefined();
  });

  it("lets so many wait and no more", async () => {
    const { turnstile } = setUp();
    const holder = await turnstile.enter(0, patient);
    const waiting = Array.from({ length: MAX_WAITING }, async () => (await turnstile.enter(0, patient)).leave());
    await expect(turnstile.enter(0, patient)).rejects.toMatchObject({ code: "overloaded" });
    holder.leave();
    await Promise.all(waiting);
    await expect(turnstile.enter(0, patient)).resolves.toBeDefined();
  });
});
