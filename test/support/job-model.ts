import { JOB_SECONDS, type JobStatus } from "../../src/contract/jobs.ts";
import { LEASE_MS } from "../../src/jobs/job.ts";
import type { createJobWorld } from "./job-world.ts";

/** The world of the commands. */
export type World = ReturnType<typeof createJobWorld>;

/** The name of the only book. */
export const BOOK = "account a";

/** What is known of a job from outside, written apart from its rules. */
interface Known {
  readonly createdMs: number;
  /** How it has ended: it stays so. */
  ended: string | undefined;
}

/** What the commands know. */
export interface JobModel {
  readonly jobs: Map<string, Known>;
  /** Attempts whose lease stands, by job; the time is when the lease ends. */
  readonly leases: Map<string, { readonly attempt: number; readonly untilMs: number }>;
  /** All attempts that were ever begun, whether they still have their lease. */
  readonly attempts: { readonly id: string; readonly attempt: number }[];
  seeds: number;
  isQueueAway: boolean;
}

/** Throws what is wrong, unless something holds. */
export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** The statuses that stay. */
export const HAS_ENDED: ReadonlySet<JobStatus> = new Set<JobStatus>(["succeeded", "failed", "cancelled"]);

/** What always holds: a job that has ended does not change while it is kept, and none is lost. */
export async function check(model: JobModel, world: World): Promise<void> {
  for (const [id, known] of model.jobs) {
    const found = await world.bookAt(BOOK).get(id, 0);
    // A job is forgotten a day after its end, and not before.
    if (found === undefined) {
      must(known.ended !== undefined, `${id} is lost`);
      model.jobs.delete(id);
      continue;
    }
    const state = JSON.stringify(found);
    if (known.ended !== undefined) must(state === known.ended, `${id} has changed after its end`);
    if (HAS_ENDED.has(found.job.status)) known.ended = state;
    // What waits for a day and more has ended.
    const ageMs = world.time.now() - known.createdMs;
    if (ageMs > JOB_SECONDS * 1000 + LEASE_MS) must(HAS_ENDED.has(found.job.status), `${id} is older than its day`);
    if (known.ended !== undefined) model.leases.delete(id);
  }
}

/** Whether each job that still waits will be begun, though nobody does anything: its message comes. */
export async function expectAllBegun(model: JobModel, world: World): Promise<void> {
  world.books.faults.send = () => Promise.resolve();
  world.queue.length = 0;
  await world.time.pass(2 * LEASE_MS + 3_600_000);
  for (const [id] of model.jobs) {
    const found = await world.bookAt(BOOK).get(id, 0);
    if (found === undefined || HAS_ENDED.has(found.job.status)) continue;
    must(
      world.queue.some((message) => message.id === id),
      `${id} waits, and no message comes`,
    );
  }
}

/** Whether each job has ended after its day, though nobody takes its messages, and says so. */
export async function expectAllEnded(model: JobModel, world: World): Promise<void> {
  await world.time.pass(JOB_SECONDS * 1000 + 2 * LEASE_MS);
  await check(model, world);
}
