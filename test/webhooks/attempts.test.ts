import { expect, it } from "vitest";
import { ATTEMPT_LEASE_MS } from "../../src/webhooks/schedule.ts";
import { MAX_ATTEMPTS, MAX_HOST_ATTEMPTS, MAX_SLOW_ATTEMPTS } from "../../src/webhooks/sender.ts";
import { createWebhookWorld, eventOf, JOB, RECEIVER, START_MS } from "../support/webhook-world.ts";

const OTHER = "https://other.example.org/hook";

it.each([
  [301, "redirect", "pending"],
  [410, "gone", "failed"],
  [404, "status", "pending"],
] as const)("a receiver that answers %d: %s, %s", async (status, lastError, state) => {
  const { book, passUntil, world } = createWebhookWorld();
  world.answer = () => new Response(null, { status, headers: { location: "https://10.0.0.1/" } });
  book.tell(eventOf(), RECEIVER);
  await passUntil(START_MS);
  const [row] = book.deliveries({ job: undefined, limit: 10, before: undefined });
  expect(row).toMatchObject({ status: state, lastStatus: status, lastError, attempts: 1 });
});

it("a receiver that never answers is left after its time, and asked again", async () => {
  const { book, world, received, expireTimers, all } = createWebhookWorld();
  world.answer = (_, signal) =>
    new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  book.tell(eventOf(), RECEIVER);
  const round = book.round();
  await expect.poll(() => received.length).toBe(1);
  world.nowMs += 15_000;
  expireTimers();
  await round;
  expect(all()).toMatchObject([
    { status: "pending", lastError: "timeout", lastStatus: null, attempts: 1, nextMs: world.nowMs + 5000 },
  ]);
});

it("a body of the receiver is not read, however long it is", async () => {
  const { book, world, passUntil, all } = createWebhookWorld();
  let [pulled, isCancelled] = [0, false];
  const endless = () =>
    new ReadableStream({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel: () => void (isCancelled = true),
    });
  world.answer = () => new Response(endless(), { status: 200 });
  book.tell(eventOf(), RECEIVER);
  await passUntil(START_MS);
  expect([isCancelled, pulled <= 1, all()[0]?.status]).toEqual([true, true, "delivered"]);
});

it.each([
  ["refused", "pending"],
  ["unknown-host", "pending"],
] as const)("an address that is %s now is not asked, and looked at again", async (error, status) => {
  const { book, world, passUntil, received, all } = createWebhookWorld();
  world.refused = error;
  book.tell(eventOf(), RECEIVER);
  await passUntil(START_MS);
  expect([received.length, all()[0]?.lastError, all()[0]?.status]).toEqual([0, error, status]);
  world.refused = undefined;
  await passUntil(START_MS + 10_000);
  expect([received.length, all()[0]?.status]).toEqual([1, "delivered"]);
});

it("a job that is deleted is told no more; one that cannot be read is tried again", async () => {
  const { book, world, passUntil, failures, all } = createWebhookWorld();
  world.told = { job: JOB, answer: "no JSON", isFlat: false };
  book.tell(eventOf(), RECEIVER);
  await passUntil(START_MS);
  expect([failures.length, all()[0]?.lastError]).toEqual([1, "not-sent"]);
  world.told = undefined;
  await passUntil(START_MS + 10_000);
  expect(all()).toMatchObject([{ status: "failed", lastError: "job-deleted", attempts: 2 }]);
});

/** Begins attempts that the process does not see the end of. */
function beginAndDie({ book, world }: ReturnType<typeof createWebhookWorld>): void {
  world.answer = () => new Promise(() => {});
  void book.round();
}

it("what a process has begun when it ends is begun again, with the same id", async () => {
  const scene = createWebhookWorld();
  const { book, world, received, start, passUntil, all } = scene;
  book.tell(eventOf(), RECEIVER);
  beginAndDie(scene);
  await expect.poll(() => received.length).toBe(1);
  const next = start();
  expect(next.nextMs()).toBe(START_MS + ATTEMPT_LEASE_MS);
  world.answer = () => new Response(null, { status: 200 });
  await passUntil(START_MS + ATTEMPT_LEASE_MS, next);
  expect(received.map(({ headers }) => headers.get("webhook-id"))).toEqual(["msg_1", "msg_1"]);
  expect(all()).toMatchObject([{ status: "delivered", attempts: 2 }]);
});

it("few attempts go to one host at once, and a receiver that never answers does not keep others from being told", async () => {
  const { book, world, received, all } = createWebhookWorld();
  world.answer = ({ url }) => (url === RECEIVER ? new Promise(() => {}) : new Response(null, { status: 200 }));
  for (let number = 0; number < 50; number += 1) book.tell(eventOf({ id: `slow_${number}` }), RECEIVER);
  for (let number = 0; number < 50; number += 1) book.tell(eventOf({ id: `quick_${number}` }), OTHER);
  void book.round();
  await expect.poll(() => all().filter(({ status }) => status === "delivered").length).toBe(50);
  expect(received.filter(({ url }) => url === RECEIVER)).toHaveLength(MAX_HOST_ATTEMPTS);
  expect(book.nextMs()).toBeGreaterThan(world.nowMs);
});

it("a host that has not answered in time is asked once at a time, until it answers", async () => {
  const { book, world, received, expireTimers } = createWebhookWorld();
  world.answer = (_, signal) =>
    new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  for (let number = 0; number < 10; number += 1) book.tell(eventOf({ id: `msg_${number}` }), RECEIVER);
  const round = book.round();
  await expect.poll(() => received.length).toBe(MAX_HOST_ATTEMPTS);
  world.nowMs += 15_000;
  expireTimers();
  await expect.poll(() => received.length).toBe(MAX_HOST_ATTEMPTS + MAX_SLOW_ATTEMPTS);
  world.answer = () => new Response(null, { status: 200 });
  world.nowMs += 15_000;
  expireTimers();
  await round;
  await book.round();
  expect(received.length).toBeGreaterThanOrEqual(10);
});

it("no more attempts are made at once than one owner may make", async () => {
  const { book, world, received } = createWebhookWorld();
  let [now, most] = [0, 0];
  world.answer = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, 0));
    now -= 1;
    return new Response(null, { status: 200 });
  };
  for (let number = 0; number < 100; number += 1) {
    book.tell(eventOf({ id: `msg_${number}` }), `https://${number}.example.com/`);
  }
  await book.round();
  expect([received.length, most]).toEqual([100, MAX_ATTEMPTS]);
});
