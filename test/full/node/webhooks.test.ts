import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readSecret, signatureFault } from "../../../src/webhooks/signature.ts";
import { type KillableApi, startKillable } from "../../support/killable-api.ts";
import { createRandom } from "../../support/random.ts";
import {
  type ReceivedEvent,
  startWebhookReceiver,
  takes,
  type WebhookReceiver,
} from "../../support/webhook-receiver.ts";

/** Longer than an attempt's lease and the resending of a lost message take. */
const PATIENCE = { timeout: 90_000, interval: 100 };

/** How many jobs chance kills workerd under, and how often. */
const CHANCE = { seed: 7, jobs: 24, kills: 5 };

let storage = "";
let receiver: WebhookReceiver;
let api: KillableApi;

const start = () => startKillable(storage, { ALLOW_HTTP_IMAGES: "true" });

beforeEach(async () => {
  storage = await mkdtemp(join(tmpdir(), "florence-edge-webhooks-"));
  receiver = await startWebhookReceiver();
  api = await start();
});
afterEach(async () => {
  await api.server.stop().catch(() => {});
  await receiver[Symbol.asyncDispose]();
  await rm(storage, { recursive: true, force: true });
});

interface Accepted {
  readonly id: string;
  readonly webhook_secret: string;
}

/** Asks for a caption whose end is told. */
async function ask(query = "", path = "/"): Promise<Accepted> {
  const webhook = encodeURIComponent(receiver.url + path);
  const url = new URL(`/v1/caption?async=true&webhook=${webhook}${query}`, api.server.url);
  const body = await readFile("test/pictures/street.jpg");
  const response = await fetch(url, { method: "POST", headers: { "content-type": "image/jpeg" }, body });
  expect(response.status).toBe(202);
  return response.json();
}

async function jsonAt(path: string) {
  const response = await fetch(new URL(path, api.server.url));
  return response.json();
}

const deliveriesOf = async ({ id }: Accepted) => (await jsonAt(`/v1/webhooks/deliveries?job=${id}`)).deliveries;
const isRight = async (
  { body, headers, atMs }: ReceivedEvent,
  { webhook_secret: secret }: Accepted,
): Promise<boolean> =>
  (await signatureFault(body, headers, { secrets: [readSecret(secret) ?? new Uint8Array()], nowMs: atMs })) ===
  undefined;

async function killAndStart(): Promise<void> {
  await api.kill();
  api = await start();
}

it("tells the end of a job as GET says it, signed, and lists that", { timeout: 120_000 }, async () => {
  const job = await ask();
  await expect.poll(() => receiver.events.length, PATIENCE).toBe(1);
  const [event] = receiver.events;
  if (event === undefined) throw new Error("Nothing was told.");
  expect(await isRight(event, job)).toBe(true);
  const told = JSON.parse(event.body);
  const { result_omitted: isOmitted, ...data } = told.data;
  expect([told.type, isOmitted, data]).toEqual(["job.succeeded", false, await jsonAt(`/v1/jobs/${job.id}`)]);
  await expect.poll(async () => (await deliveriesOf(job))[0]?.status, PATIENCE).toBe("delivered");
  expect(await deliveriesOf(job)).toMatchObject([{ id: event.id, attempts: 1, last_status: 204, job: job.id }]);
  const flat = await ask("&format=flat", "/flat");
  await expect.poll(() => receiver.events.length, PATIENCE).toBe(2);
  const body = JSON.parse(receiver.events[1]?.body ?? "");
  expect(body).toMatchObject({
    type: "job.succeeded",
    id: flat.id,
    status: "succeeded",
    task: "caption",
    text: told.data.result.text,
  });
  expect(Object.values(body).every((value) => typeof value !== "object")).toBe(true);
});

it(
  "kill -9 between answer and webhook: it is told after the start, with the same id",
  { timeout: 180_000 },
  async () => {
    receiver.answer = (_, response) => response.writeHead(500).end();
    const job = await ask();
    await expect.poll(async () => (await deliveriesOf(job))[0]?.last_status, PATIENCE).toBe(500);
    await api.kill();
    receiver.answer = takes;
    api = await start();
    await expect.poll(() => receiver.events.length, PATIENCE).toBeGreaterThan(1);
    await expect.poll(async () => (await deliveriesOf(job))[0]?.status, PATIENCE).toBe("delivered");
    expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(1);
    expect(await Promise.all(receiver.events.map((event) => isRight(event, job)))).not.toContain(false);
  },
);

it("kill -9 between webhook and its note: it is told again, with the same id", { timeout: 180_000 }, async () => {
  const arrived = Promise.withResolvers<void>();
  receiver.answer = () => arrived.resolve();
  const job = await ask();
  await arrived.promise;
  await api.kill();
  receiver.answer = takes;
  api = await start();
  await expect.poll(() => receiver.events.length, PATIENCE).toBe(2);
  await expect.poll(async () => (await deliveriesOf(job))[0]?.status, PATIENCE).toBe("delivered");
  const [first, second] = receiver.events;
  expect([second?.id, second?.body]).toEqual([first?.id, first?.body]);
  expect(await deliveriesOf(job)).toMatchObject([{ id: first?.id, attempts: 2 }]);
});

it("kill -9 at moments that chance decides: every job is told, with one id each", { timeout: 300_000 }, async () => {
  const random = createRandom(CHANCE.seed);
  receiver.answer = (event, response) => {
    if (random.once(4)) response.writeHead(503).end();
    else if (random.once(6)) response.destroy();
    else takes(event, response);
  };
  const jobs: Accepted[] = [];
  for (let number = 0; number < CHANCE.jobs; number += 1) {
    jobs.push(await ask("", `/${number}`));
    if (number % Math.ceil(CHANCE.jobs / CHANCE.kills) !== 0) continue;
    await sleep(random.below(300));
    await killAndStart();
  }
  receiver.answer = takes;
  const open = async () => {
    const states = await Promise.all(jobs.map(async (job) => (await deliveriesOf(job))[0]?.status));
    return states.filter((status) => status !== "delivered").length;
  };
  await expect.poll(open, { timeout: 240_000, interval: 500 }).toBe(0);
  for (const [number, job] of jobs.entries()) {
    const told = receiver.events.filter(({ path }) => path === `/${number}`);
    expect([told.length >= 1, new Set(told.map(({ id }) => id)).size]).toEqual([true, 1]);
    expect(new Set(told.map(({ body }) => JSON.parse(body).data.id))).toEqual(new Set([job.id]));
  }
  expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(CHANCE.jobs);
});

/** What a receiver does that is no success, and what is listed then. */
const receivers: readonly (readonly [string, WebhookReceiver["answer"], object])[] = [
  [
    "redirects",
    (_, response) => response.writeHead(302, { location: "/elsewhere" }).end(),
    { last_status: 302, last_error: "redirect" },
  ],
  [
    "is gone",
    (_, response) => response.writeHead(410).end(),
    { status: "failed", last_status: 410, last_error: "gone", next_attempt_at: null },
  ],
  ["breaks the connection", (_, response) => void response.destroy(), { last_status: null, last_error: "unreachable" }],
  ["never answers", () => {}, { last_status: null, last_error: "timeout" }],
];

it.each(receivers)("a receiver that %s", { timeout: 120_000 }, async (_, answer, listed) => {
  receiver.answer = answer;
  const job = await ask();
  await expect.poll(async () => (await deliveriesOf(job))[0]?.last_error, PATIENCE).toBeTypeOf("string");
  expect((await deliveriesOf(job))[0]).toMatchObject({ attempts: 1, ...listed });
  expect(receiver.events.map(({ path }) => path)).toEqual(["/"]);
});

it("a receiver that answers without an end is delivered, and costs nothing", { timeout: 120_000 }, async () => {
  let sent = 0;
  const closed = Promise.withResolvers<void>();
  receiver.answer = (_, response) => {
    response.on("close", closed.resolve);
    const write = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
      response.once("drain", write);
    };
    response.writeHead(200);
    write();
  };
  const job = await ask();
  await expect.poll(async () => (await deliveriesOf(job))[0]?.status, PATIENCE).toBe("delivered");
  await closed.promise;
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

it("addresses that are not public are refused at once", { timeout: 60_000 }, async () => {
  for (const address of [
    "https://10.0.0.7/",
    "https://169.254.169.254/latest",
    "https://[::ffff:10.0.0.7]/",
    "ftp://a.example",
  ]) {
    const url = new URL(`/v1/caption?async=true&webhook=${encodeURIComponent(address)}`, api.server.url);
    const response = await fetch(url, { method: "POST", headers: { "content-type": "image/jpeg" }, body: "x" });
    expect([response.status, (await response.json()).code]).toEqual([400, "webhook-url-refused"]);
  }
});
