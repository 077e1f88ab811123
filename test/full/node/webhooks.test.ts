import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createRandom } from "../../support/random.ts";
import { takes } from "../../support/webhook-receiver.ts";
import { isSignedFor, PATIENCE, startWebhookScene, type ToldJob } from "../../support/webhook-scene.ts";

/** How many jobs chance kills workerd under, and how often. */
const CHANCE = { seed: 7, jobs: 24, kills: 5 };

let scene: Awaited<ReturnType<typeof startWebhookScene>>;
beforeEach(async () => {
  scene = await startWebhookScene();
});
afterEach(() => scene.stop());

it("tells the end of a job as GET says it, signed, and lists that", { timeout: 120_000 }, async () => {
  const { receiver, ask, deliveryOf, jsonAt } = scene;
  const job = await ask();
  await expect.poll(() => receiver.events.length, PATIENCE).toBe(1);
  const [event] = receiver.events;
  if (event === undefined) throw new Error("Nothing was told.");
  expect(await isSignedFor(event, job)).toBe(true);
  const told = JSON.parse(event.body);
  const { result_omitted: isOmitted, ...data } = told.data;
  expect([told.type, isOmitted, data]).toEqual(["job.succeeded", false, await jsonAt(`/v1/jobs/${job.id}`)]);
  await expect.poll(async () => (await deliveryOf(job))?.status, PATIENCE).toBe("delivered");
  expect(await deliveryOf(job)).toMatchObject({ id: event.id, attempts: 1, last_status: 204, job: job.id });
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
    const { receiver, ask, deliveryOf, kill, start } = scene;
    receiver.answer = (_, response) => response.writeHead(500).end();
    const job = await ask();
    await expect.poll(async () => (await deliveryOf(job))?.last_status, PATIENCE).toBe(500);
    await kill();
    receiver.answer = takes;
    await start();
    await expect.poll(() => receiver.events.length, PATIENCE).toBeGreaterThan(1);
    await expect.poll(async () => (await deliveryOf(job))?.status, PATIENCE).toBe("delivered");
    expect(new Set(receiver.events.map(({ id }) => id)).size).toBe(1);
    expect(await Promise.all(receiver.events.map((event) => isSignedFor(event, job)))).not.toContain(false);
  },
);

it("kill -9 between webhook and its note: it is told again, with the same id", { timeout: 180_000 }, async () => {
  const { receiver, ask, deliveryOf, kill, start } = scene;
  const arrived = Promise.withResolvers<void>();
  receiver.answer = () => arrived.resolve();
  const job = await ask();
  await arrived.promise;
  await kill();
  receiver.answer = takes;
  await start();
  await expect.poll(() => receiver.events.length, PATIENCE).toBe(2);
  await expect.poll(async () => (await deliveryOf(job))?.status, PATIENCE).toBe("delivered");
  const [first, second] = receiver.events;
  expect([second?.id, second?.body]).toEqual([first?.id, first?.body]);
  expect(await deliveryOf(job)).toMatchObject({ id: first?.id, attempts: 2 });
});

it("kill -9 at moments that chance decides: every job is told, with one id each", { timeout: 300_000 }, async () => {
  const { receiver, ask, deliveryOf, kill, start } = scene;
  const random = createRandom(CHANCE.seed);
  receiver.answer = (event, response) => {
    if (random.once(4)) response.writeHead(503).end();
    else if (random.once(6)) response.destroy();
    else takes(event, response);
  };
  const jobs: ToldJob[] = [];
  for (let number = 0; number < CHANCE.jobs; number += 1) {
    jobs.push(await ask("", `/${number}`));
    if (number % Math.ceil(CHANCE.jobs / CHANCE.kills) !== 0) continue;
    await sleep(random.below(300));
    await kill();
    await start();
  }
  receiver.answer = takes;
  const open = async () => {
    const states = await Promise.all(jobs.map(async (job) => (await deliveryOf(job))?.status));
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
