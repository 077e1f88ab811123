import fc from "fast-check";
import { expect, it } from "vitest";
import { DELIVERY_SECONDS } from "../../src/contract/webhooks.ts";
import { nextAttemptMs } from "../../src/webhooks/schedule.ts";
import { createWebhookWorld, eventOf, RECEIVER, START_MS } from "../support/webhook-world.ts";

const DAY_MS = DELIVERY_SECONDS * 1000;

/** When a receiver that always fails is asked, in milliseconds after the event. */
function attemptsOf(spread: () => number): readonly number[] {
  const times = [0];
  for (let attempts = 1; attempts < 100; attempts += 1) {
    const nextMs = nextAttemptMs({ attempts, createdMs: 0 }, times.at(-1) ?? 0, spread());
    if (nextMs === undefined) return times;
    times.push(nextMs);
  }
  throw new Error("It is asked for ever.");
}

it("a receiver that is down is asked after 5 s, 35 s, 155 s, … and then every two hours, for a day", () => {
  expect(attemptsOf(() => 0).map((timeMs) => timeMs / 1000)).toEqual([
    0,
    5,
    35,
    155,
    755,
    2555,
    6155,
    ...Array.from({ length: 11 }, (_, index) => 6155 + (index + 1) * 7200),
  ]);
});

it("whatever chance says, waits grow, no attempt is after the day, and the last is in its last three hours", () =>
  fc.assert(
    fc.property(fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (stream) => {
      const times = attemptsOf(() => stream.next().value ?? 0);
      const waits = times.slice(1).map((timeMs, index) => timeMs - (times[index] ?? 0));
      expect(waits.slice(0, 7)).toEqual(waits.slice(0, 7).toSorted((one, other) => one - other));
      expect(times.at(-1)).toBeLessThanOrEqual(DAY_MS);
      expect(times.at(-1)).toBeGreaterThan(DAY_MS - 3 * 3_600_000);
    }),
  ));

/** What a receiver does: the status of its n-th answer; 0: there is no connection. */
const anyBehaviour = fc.array(fc.constantFrom(0, 200, 204, 301, 302, 400, 404, 429, 500, 503), { maxLength: 25 });

it("over a virtual day, any receiver gets one id until it answers 2xx, and nothing after that", () =>
  fc.assert(
    fc.asyncProperty(anyBehaviour, fc.double({ min: 0, max: 1, noNaN: true }), async (statuses, spread) => {
      const { world, received, book, passUntil, all } = createWebhookWorld();
      world.spread = spread;
      world.answer = () => {
        const status = statuses[received.length - 1] ?? 500;
        if (status === 0) throw new TypeError("no connection");
        return new Response(null, { status });
      };
      book.tell(eventOf(), RECEIVER);
      await passUntil(START_MS + DAY_MS);
      const firstSuccess = statuses.findIndex((status) => status >= 200 && status < 300);
      const most = attemptsOf(() => spread).length;
      const isDelivered = firstSuccess !== -1 && firstSuccess < most;
      expect(received).toHaveLength(isDelivered ? firstSuccess + 1 : most);
      expect(new Set(received.map(({ headers }) => headers.get("webhook-id")))).toEqual(new Set(["msg_1"]));
      expect(new Set(received.map(({ body }) => body)).size).toBe(1);
      const attempts = received.length;
      expect(all()).toMatchObject([{ status: isDelivered ? "delivered" : "failed", attempts, nextMs: null }]);
    }),
  ));
