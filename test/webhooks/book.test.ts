import { expect, it } from "vitest";
import { DELIVERY_SECONDS, eventTypes, KEPT_DELIVERY_SECONDS, MAX_WEBHOOKS } from "../../src/contract/webhooks.ts";
import { MAX_SECRETS } from "../../src/webhooks/secrets.ts";
import { readSecret, signatureFault } from "../../src/webhooks/signature.ts";
import { createWebhookWorld, eventOf, JOB, type Received, RECEIVER, START_MS } from "../support/webhook-world.ts";

const OTHER = "https://other.example.org/hook";

/** Checks a request as its receiver does; undefined if it is right. */
function faultOf({ headers, body, atMs }: Received, secret: string) {
  const given = Object.fromEntries(headers);
  return signatureFault(body, given, { secrets: [readSecret(secret) ?? new Uint8Array()], nowMs: atMs });
}

it("tells the address of the request and the account's webhooks that ask for the event, each once", async () => {
  const { book, received, passUntil, world } = createWebhookWorld();
  book.createWebhook({ url: OTHER, events: ["job.succeeded"] });
  book.createWebhook({ url: "https://third.example.com/", events: ["job.failed"] });
  book.createWebhook({ url: RECEIVER, events: eventTypes });
  book.tell(eventOf(), RECEIVER);
  await passUntil(START_MS);
  expect(received.map(({ url }) => url).toSorted()).toEqual([OTHER, RECEIVER]);
  book.tell(eventOf({ id: "msg_2", type: "job.failed" }), null);
  await passUntil(world.nowMs);
  const told = received.slice(2).map(({ url }) => url);
  expect(told.toSorted()).toEqual(["https://third.example.com/", RECEIVER].toSorted());
});

it("an event that is told twice is sent once", async () => {
  const { book, received, passUntil } = createWebhookWorld();
  book.tell(eventOf(), RECEIVER);
  book.tell(eventOf(), RECEIVER);
  await passUntil(START_MS);
  book.tell(eventOf(), RECEIVER);
  await passUntil(START_MS + 1000);
  expect(received).toHaveLength(1);
});

it("a job that nobody owns is told to its own address alone, with its own secret", async () => {
  const { book, received, passUntil } = createWebhookWorld();
  book.createWebhook({ url: OTHER, events: eventTypes });
  book.tell(eventOf({ isOwned: false }), RECEIVER);
  await passUntil(START_MS);
  expect(received.map(({ url }) => url)).toEqual([RECEIVER]);
  const [first] = received;
  const secret = `whsec_${btoa(`secret of ${JOB.id}`.padEnd(32))}`;
  expect(first && (await faultOf(first, secret))).toBeUndefined();
});

it("a new secret signs beside the old one for a day, then alone", async () => {
  const { book, received, passUntil, world } = createWebhookWorld();
  const old = book.newWebhookSecret();
  expect(old.othersEndMs).toBeNull();
  const { secret, othersEndMs } = book.newWebhookSecret();
  expect(othersEndMs).toBe(START_MS + 86_400_000);
  book.tell(eventOf(), RECEIVER);
  await passUntil(START_MS + 86_400_000);
  book.tell(eventOf({ id: "msg_2", atMs: world.nowMs }), RECEIVER);
  await passUntil(world.nowMs);
  const [during, after] = received;
  if (during === undefined || after === undefined) throw new Error("It was not told twice.");
  expect(during.headers.get("webhook-signature")?.split(" ")).toHaveLength(2);
  expect([await faultOf(during, old.secret), await faultOf(during, secret)]).toEqual([undefined, undefined]);
  expect([await faultOf(after, old.secret), await faultOf(after, secret)]).toEqual(["wrong", undefined]);
});

it("no more than a few secrets sign, and the first is made when it is first needed", async () => {
  const { book, tables, received, passUntil } = createWebhookWorld();
  expect(tables.secrets()).toEqual([]);
  book.tell(eventOf(), RECEIVER);
  await passUntil(START_MS);
  expect(tables.secrets()).toHaveLength(1);
  expect(received[0] && (await faultOf(received[0], tables.secrets()[0]?.secret ?? ""))).toBeUndefined();
  for (let time = 0; time < 10; time += 1) book.newWebhookSecret();
  expect(tables.secrets()).toHaveLength(MAX_SECRETS);
});

it("410 switches a webhook off, what waits for it ends, and creating it again switches it on", async () => {
  const { book, received, passUntil, world, all } = createWebhookWorld();
  const created = book.createWebhook({ url: OTHER, events: eventTypes });
  world.answer = () => new Response(null, { status: 500 });
  book.tell(eventOf(), null);
  await passUntil(START_MS);
  world.answer = () => new Response(null, { status: 410 });
  book.tell(eventOf({ id: "msg_2" }), null);
  await passUntil(START_MS + 10_000);
  expect(book.webhooks()).toMatchObject([{ disabledMs: START_MS }]);
  expect(all().map(({ lastError }) => lastError)).toEqual(["disabled", "gone"]);
  book.tell(eventOf({ id: "msg_3" }), null);
  await passUntil(START_MS + 20_000);
  expect(received).toHaveLength(2);
  expect(book.createWebhook({ url: OTHER, events: ["job.failed"] })).toEqual({
    ...created,
    events: ["job.failed"],
    disabledMs: null,
  });
});

it("what waits for a webhook that is removed ends", async () => {
  const { book, passUntil, world, all } = createWebhookWorld();
  const created = book.createWebhook({ url: OTHER, events: eventTypes });
  world.answer = () => new Response(null, { status: 500 });
  book.tell(eventOf(), null);
  await passUntil(START_MS);
  expect("id" in created && book.removeWebhook(created.id)).toEqual(created);
  await passUntil(START_MS + 10_000);
  expect(all()).toMatchObject([{ status: "failed", lastError: "disabled", attempts: 1 }]);
  expect(book.removeWebhook("whk_none")).toEqual({ type: "refused", code: "unknown-webhook" });
});

it("an account has ten webhooks at most", () => {
  const { book } = createWebhookWorld();
  for (let number = 0; number < MAX_WEBHOOKS; number += 1) {
    book.createWebhook({ url: `https://${number}.example.com/`, events: eventTypes });
  }
  const one = { url: OTHER, events: eventTypes };
  expect(book.createWebhook(one)).toEqual({ type: "refused", code: "too-many-webhooks" });
  expect(book.createWebhook({ ...one, url: "https://3.example.com/" })).toMatchObject({ disabledMs: null });
});

it("a test is sent once, and listed", async () => {
  const { book, world, received } = createWebhookWorld();
  world.answer = () => new Response(null, { status: 500 });
  const told = await book.testWebhook({ url: RECEIVER });
  expect(told).toMatchObject({
    type: "webhook.test",
    status: "failed",
    lastStatus: 500,
    lastError: "status",
    attempts: 1,
  });
  expect(JSON.parse(received[0]?.body ?? "")).toEqual({
    type: "webhook.test",
    timestamp: "2026-12-01T08:30:00.000Z",
    data: { url: RECEIVER },
  });
  expect(book.deliveries({ job: undefined, limit: 10, before: undefined })).toEqual([told]);
  expect(await book.testWebhook({ webhook: "whk_none" })).toEqual({ type: "refused", code: "unknown-webhook" });
});

it("deliveries are listed newest first, by job and in pages, and removed days after their end", async () => {
  const { book, world, passUntil } = createWebhookWorld();
  for (let number = 0; number < 5; number += 1) {
    book.tell(eventOf({ id: `msg_${number}`, job: `job_${number % 2}` }), RECEIVER);
  }
  await passUntil(START_MS);
  const first = book.deliveries({ job: undefined, limit: 3, before: undefined });
  expect(first.map(({ id }) => id)).toEqual(["msg_4", "msg_3", "msg_2"]);
  expect(book.deliveries({ job: "job_0", limit: 9, before: first.at(-1)?.seq }).map(({ id }) => id)).toEqual(["msg_0"]);
  await passUntil(START_MS + (KEPT_DELIVERY_SECONDS + 3601) * 1000);
  expect([book.deliveries({ job: undefined, limit: 9, before: undefined }), book.nextMs()]).toEqual([[], undefined]);
  expect(world.nowMs).toBeGreaterThan(START_MS + DELIVERY_SECONDS * 1000);
});

it("no list has a secret", async () => {
  const { book, passUntil, tables } = createWebhookWorld();
  const { secret } = book.newWebhookSecret();
  book.createWebhook({ url: OTHER, events: eventTypes });
  book.tell(eventOf(), RECEIVER);
  await passUntil(START_MS);
  const shown = JSON.stringify([book.webhooks(), book.deliveries({ job: undefined, limit: 9, before: undefined })]);
  expect(shown).not.toContain(secret.slice("whsec_".length));
  expect(tables.secrets().map((row) => row.secret)).toEqual([secret]);
});
