import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createJobTables } from "../../functions/job-sql/sql-tables.ts";
import { createWebhookTables } from "../../functions/job-sql/webhook-tables.ts";
import { eventTypes } from "../../src/contract/webhooks.ts";
import { begun, ended, newDelivery } from "../../src/webhooks/delivery.ts";
import { ATTEMPT_LEASE_MS } from "../../src/webhooks/schedule.ts";
import { readSecret, signatureFault } from "../../src/webhooks/signature.ts";
import type { WebhookTables } from "../../src/webhooks/tables.ts";
import { createMemoryWebhooks } from "../support/memory-webhooks.ts";
import { eventOf, RECEIVER } from "../support/webhook-world.ts";
import { passTime } from "./account-objects.ts";

const stubOf = (name: string) => env.JOB_BOOKS.get(env.JOB_BOOKS.idFromName(name));
const newBook = () => stubOf(`account ${crypto.randomUUID()}`);
type Book = ReturnType<typeof newBook>;

/** What one call does to tables, and what it answers. */
type Call = (tables: WebhookTables) => unknown;

const few = fc.nat(3);
const anyTime = fc.nat(50);
const anyCall: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(few, few, anyTime).map(([id, host, atMs]): Call => {
    const target = { url: `https://${host}.example.com/`, webhook: null };
    return (tables) => tables.add(newDelivery(eventOf({ id: `msg_${id}`, job: `job_${id % 2}`, atMs }), target));
  }),
  fc.tuple(anyTime, fc.constantFrom(200, 410, 500)).map(([nowMs, status]): Call => (tables) => {
    const row = tables.nextDue(nowMs, []);
    if (row !== undefined) tables.put(ended(begun(row, false, nowMs), { status }, { nowMs, random: 0 }));
    return row;
  }),
  fc.tuple(anyTime, few).map(
    ([nowMs, host]): Call =>
      (tables) =>
        tables.nextDue(nowMs, [`${host}.example.com`])?.id,
  ),
  fc.tuple(few, few, few).map(([job, limit, before]): Call => (tables) => [
    tables.page({ job: undefined, limit: limit + 1, before: undefined }),
    tables.page({ job: `job_${job}`, limit: limit + 1, before: before + 2 }),
  ]),
  fc.tuple(anyTime, few).map(
    ([untilMs, atMost]): Call =>
      (tables) =>
        tables.purge(untilMs, atMost),
  ),
  fc.tuple(few, anyTime).map(([id, createdMs]): Call => (tables) => {
    const known = tables.webhooks().find((each) => each.id === `whk_${id}`);
    const row = {
      id: `whk_${id}`,
      url: RECEIVER,
      events: eventTypes,
      createdMs: known?.createdMs ?? createdMs,
      disabledMs: null,
    };
    return tables.transaction(() => tables.putWebhook(row));
  }),
  few.map(
    (id): Call =>
      (tables) =>
        tables.removeWebhook(`whk_${id}`),
  ),
  fc.array(fc.tuple(fc.string(), anyTime), { maxLength: 3 }).map(
    (rows): Call =>
      (tables) =>
        tables.putSecrets(rows.map(([secret, untilMs], place) => ({ secret, untilMs: place === 0 ? null : untilMs }))),
  ),
);

const shown = (tables: WebhookTables) => [
  tables.webhooks().toSorted((one, other) => one.id.localeCompare(other.id)),
  tables.secrets(),
  tables.nextDueMs(),
  tables.firstEndMs(),
];

/** Empties the tables of webhooks. */
function clear({ sql }: DurableObjectStorage): void {
  for (const name of ["webhooks", "webhookSecrets", "deliveries"]) sql.exec(`DELETE FROM ${name}`);
  sql.exec("DELETE FROM sqlite_sequence");
}

it("the tables in SQLite do what those in memory do", async () => {
  await runInDurableObject(newBook(), (_, { storage }) => {
    createJobTables(storage, () => 0);
    fc.assert(
      // Times in one sequence differ, since rows that are due at once have no order.
      fc.property(fc.array(anyCall, { maxLength: 30 }), (calls) => {
        clear(storage);
        const [sql, memory] = [createWebhookTables(storage), createMemoryWebhooks().tables];
        for (const call of calls) {
          expect(call(sql)).toEqual(call(memory));
          expect(shown(sql)).toEqual(shown(memory));
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** What the receiver answers, and what it got. */
let answer: () => Response | Promise<Response>;
let received: { readonly url: string; readonly headers: Headers; readonly body: string }[];

beforeEach(() => {
  received = [];
  answer = () => new Response(null, { status: 204 });
  vi.stubGlobal("fetch", async (url: string, { headers, body }: RequestInit) => {
    received.push({ url, headers: new Headers(headers), body: typeof body === "string" ? body : "" });
    return answer();
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const batchEnd = (id: string) =>
  eventOf({ id, type: "batch.completed", job: "batch_1", data: '{"id":"batch_1"}', atMs: Date.now() });
const rowsOf = (book: Book) => book.deliveries({ job: undefined, limit: 100, before: undefined });
const ring = async (book: Book, isDone: () => Promise<boolean>): Promise<void> => {
  await runDurableObjectAlarm(book);
  await expect.poll(isDone, { timeout: 5000 }).toBe(true);
};

it("an object tells an event at its alarm, signed with the account's secret, and once", async () => {
  const book = newBook();
  const { secret } = await book.newWebhookSecret();
  await book.createWebhook({ url: RECEIVER, events: [...eventTypes] });
  await book.tellEvent(batchEnd("msg_1"), null);
  await book.tellEvent(batchEnd("msg_1"), null);
  await ring(book, async () => (await rowsOf(book)).every(({ status }) => status === "delivered"));
  const [first, ...others] = received;
  if (first === undefined) throw new Error("Nothing was told.");
  expect([others, JSON.parse(first.body)]).toMatchObject([[], { type: "batch.completed", data: { id: "batch_1" } }]);
  const secrets = [readSecret(secret) ?? new Uint8Array()];
  expect(
    await signatureFault(first.body, Object.fromEntries(first.headers), { secrets, nowMs: Date.now() }),
  ).toBeUndefined();
});

it("an object answers while a receiver does not, and tells again what an ended process has begun", async () => {
  const book = newBook();
  answer = () => new Promise(() => {});
  await book.tellEvent(batchEnd("msg_1"), RECEIVER);
  await ring(book, async () => received.length === 1);
  expect(await book.webhooks()).toEqual([]);
  expect(await rowsOf(book)).toMatchObject([{ status: "pending", attempts: 1 }]);
  answer = () => new Response(null, { status: 200 });
  passTime(ATTEMPT_LEASE_MS + 1);
  await ring(book, async () => (await rowsOf(book)).every(({ status }) => status === "delivered"));
  expect(received.map(({ headers }) => headers.get("webhook-id"))).toEqual(["msg_1", "msg_1"]);
});

it("an address that is not on the public network is not asked", async () => {
  const book = newBook();
  await book.tellEvent(batchEnd("msg_1"), "https://169.254.169.254/latest");
  await ring(book, async () => (await rowsOf(book))[0]?.lastError === "refused");
  expect(received).toEqual([]);
});
