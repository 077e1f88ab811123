import { expect, it } from "vitest";
import { bookOf } from "../../src/jobs/ids.ts";
import { MAX_LOST } from "../../src/jobs/job.ts";
import { MAX_WAITING_JOBS } from "../../src/contract/jobs.ts";
import type { jobProblems } from "../../src/contract/job-problems.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { Problem } from "../../src/contract/problems.ts";
import { laterApp, ORIGIN } from "../support/later-app.ts";
import { sampleImage } from "../support/sample-images.ts";

type World = ReturnType<typeof laterApp>;

const jpeg = new Uint8Array(sampleImage("street.jpg"));
const KEYED = { "idempotency-key": "k" };

const ask = ({ app }: World, headers: Readonly<Record<string, string>> = {}, query = "?async=true") =>
  Promise.resolve(
    app.request(`${ORIGIN}/v1/caption${query}`, {
      method: "POST",
      headers: { "content-type": "image/jpeg", ...headers },
      body: jpeg,
    }),
  );

const get = ({ app }: World, path: string) => Promise.resolve(app.request(ORIGIN + path));

/** Asks for a job, lets it end somehow, and asks for its answer: that is its problem. */
async function endedJob(world: World, end: () => Promise<void>): Promise<Response> {
  expect((await ask(world, KEYED)).status).toBe(202);
  await end();
  return ask(world, { ...KEYED, prefer: "respond-async, wait=1" });
}

function abandonedJob(): Promise<Response> {
  const world = laterApp();
  return endedJob(world, async () => {
    for (let lost = 0; lost <= MAX_LOST; lost += 1) {
      for (const { book, id } of world.queue.splice(0)) await world.bookAt(book).begin(id);
      await world.time.pass(61_000);
    }
  });
}

function expiredJob(): Promise<Response> {
  const world = laterApp({ answer: () => Promise.reject(new Problem("backend-unavailable", "Not ready.")) });
  return endedJob(world, () => world.live(25 * 3_600_000, 300_000));
}

async function oneTooMany(): Promise<Response> {
  const world = laterApp();
  const location = (await ask(world, KEYED)).headers.get("location") ?? "";
  const id = location.slice("/v1/jobs/".length);
  const tables = world.books.tablesOf(bookOf(id, undefined));
  const row = tables.find(id);
  if (row === undefined) throw new Error("The job is not in its book.");
  for (let index = 1; index < MAX_WAITING_JOBS; index += 1) tables.put({ ...row, id: `${id}${index}` });
  // Without accounts, the key decides in which part of the jobs one is.
  for (let key = 0; key < 1000; key += 1) {
    const response = await ask(world, { "idempotency-key": `k${key}` });
    if (response.status !== 202) return response;
  }
  throw new Error("Every job was accepted.");
}

async function reusedKey(): Promise<Response> {
  const world = laterApp();
  await ask(world, KEYED);
  // Without accounts, another question with the key has another id: only a job that was changed has this problem here.
  const [row] = world.books.rows();
  if (row === undefined) throw new Error("The job is not in its book.");
  world.books.tablesOf(bookOf(row.id, undefined)).put({ ...row, fingerprint: "another" });
  return ask(world, KEYED);
}

function fullQueue(): Promise<Response> {
  const world = laterApp();
  world.books.faults.send = () => Promise.reject(new Error("Queue is full."));
  return ask(world);
}

/** A request that is refused so, for every problem of jobs: a row that is missing does not compile. */
const provocations: Readonly<Record<keyof typeof jobProblems, () => Promise<Response>>> = {
  "jobs-unavailable": () => ask(laterApp({}, { jobs: undefined })),
  "idempotency-key-invalid": () => ask(laterApp(), { "idempotency-key": "two words" }),
  "list-needs-account": () => get(laterApp(), "/v1/jobs"),
  "unknown-job": () => get(laterApp(), "/v1/jobs/job_0000000000000000000000"),
  "idempotency-key-reused": reusedKey,
  "too-many-jobs": oneTooMany,
  "queue-unavailable": fullQueue,
  "job-expired": expiredJob,
  "job-abandoned": abandonedJob,
};

it.each(Object.entries(provocations))("%s is provoked by a request", async (code, provoke) => {
  const response = await provoke();
  const body = await response.json();
  const row = Object.entries(problems).find(([name]) => name === code)?.[1];
  expect([body.code, response.status]).toEqual([code, row?.status]);
  expect(response.headers.get("cache-control")).toBe("no-store");
});
