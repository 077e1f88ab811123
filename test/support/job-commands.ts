import * as fc from "fast-check";
import { problemDetails } from "../../src/contract/problem-details.ts";
import type { ProblemCode } from "../../src/contract/problems.ts";
import type { BegunJob } from "../../src/jobs/book-port.ts";
import { LEASE_MS } from "../../src/jobs/job.ts";
import { BOOK, check, HAS_ENDED, type JobModel, must, type World } from "./job-model.ts";

type JobCommand = fc.AsyncCommand<JobModel, World>;

function command(name: string, run: (model: JobModel, world: World) => Promise<void>): JobCommand {
  return {
    check: () => true,
    run: async (model, world) => {
      await run(model, world);
      await check(model, world);
    },
    toString: () => name,
  };
}

function pick<Item>(items: readonly Item[], at: number): Item | undefined {
  return items.length === 0 ? undefined : items[at % items.length];
}

const create = fc.boolean().map((isRepeat) =>
  command(`create(${isRepeat})`, async (model, world) => {
    if (!isRepeat || model.seeds === 0) model.seeds += 1;
    const id = `job_${String(model.seeds).padStart(22, "0")}`;
    const reply = await world.bookAt(BOOK).create({
      id,
      fingerprint: "f",
      requestId: "r",
      payer: { account: "a", keyHash: "h" },
      task: "caption",
      request: { origin: "https://a.example", target: "/v1/caption", headers: {} },
      webhook: null,
      isFlat: false,
      bodyObject: `jobs/${id}/request`,
    });
    if (model.isQueueAway && !model.jobs.has(id)) {
      // Nobody was told of it, and so it is not there.
      must(reply.type === "refused" && reply.code === "queue-unavailable", `${id} was accepted without a queue`);
      must((await world.bookAt(BOOK).get(id, 0)) === undefined, `${id} was refused and is there`);
      return;
    }
    must(reply.type === (model.jobs.has(id) ? "existing" : "created"), `${id} is ${reply.type}`);
    if (reply.type === "created") model.jobs.set(id, { createdMs: world.time.now(), ended: undefined });
  }),
);

/** At most one lease stands: what begins while one does gets nothing. */
function note(model: JobModel, world: World, id: string, job: BegunJob | undefined): void {
  const lease = model.leases.get(id);
  const isLeased = lease !== undefined && lease.untilMs > world.time.now();
  const isTaken = isLeased || model.jobs.get(id)?.ended !== undefined;
  must(!isTaken || job === undefined, `${id} was begun twice, or after its end`);
  if (job === undefined) return;
  const isOld = model.attempts.some(({ id: of, attempt }) => of === id && attempt === job.attempt);
  must(!isOld, `${id} has two attempts with one number`);
  model.leases.set(id, { attempt: job.attempt, untilMs: world.time.now() + LEASE_MS });
  model.attempts.push({ id, attempt: job.attempt });
}

const begin = fc.nat().map((at) =>
  command(`begin(${at})`, async (model, world) => {
    const id = pick([...model.jobs.keys()], at);
    if (id !== undefined) note(model, world, id, await world.bookAt(BOOK).begin(id));
  }),
);

/** Takes a message of the queue, which may come twice. */
const take = fc.boolean().map((isTwice) =>
  command(`take(${isTwice})`, async (model, world) => {
    const message = world.queue.shift();
    if (message === undefined) return;
    if (isTwice) world.queue.push(message);
    note(model, world, message.id, await world.bookAt(message.book).begin(message.id));
  }),
);

/** An attempt that is lost, and the next one: from then on, there are two that believe that they have the job. */
const lose = fc.nat().map((at) =>
  command(`lose(${at})`, async (model, world) => {
    const id = pick([...model.jobs.keys()], at);
    if (id === undefined) return;
    note(model, world, id, await world.bookAt(BOOK).begin(id));
    await world.time.pass(LEASE_MS + 1);
    note(model, world, id, await world.bookAt(BOOK).begin(id));
  }),
);

const extend = fc.nat().map((at) =>
  command(`extend(${at})`, async (model, world) => {
    const attempt = pick(model.attempts, at);
    if (attempt === undefined) return;
    const lease = model.leases.get(attempt.id);
    const isOurs = await world.bookAt(BOOK).extend(attempt.id, attempt.attempt);
    must(!isOurs || lease === undefined || lease.attempt === attempt.attempt, `${attempt.id} has two leases`);
    if (isOurs) model.leases.set(attempt.id, { attempt: attempt.attempt, untilMs: world.time.now() + LEASE_MS });
  }),
);

const outcomes = fc.constantFrom<ProblemCode | undefined>(
  undefined,
  "image-corrupt",
  "backend-unavailable",
  "image-url-timeout",
  "rate-limited",
);

/** Ends any attempt, also one that has lost its lease long ago: it then changes nothing. */
const finish = fc.tuple(fc.nat(), outcomes).map(([at, code]) =>
  command(`finish(${at}, ${code})`, async (model, world) => {
    const one = pick(model.attempts, at);
    if (one === undefined) return;
    const { id, attempt } = one;
    const before = JSON.stringify(await world.bookAt(BOOK).get(id, 0));
    const outcome =
      code === undefined
        ? { answer: { object: `jobs/${id}/answer-${attempt}`, headers: {} } }
        : { problem: problemDetails(code, { detail: "", requestId: "r" }) };
    const isTaken = await world.bookAt(BOOK).finish(id, attempt, outcome);
    const isLast = model.attempts.findLast((each) => each.id === id)?.attempt === attempt;
    must(isLast || !isTaken, `${id} took what a lost attempt has`);
    if (isTaken) model.leases.delete(id);
    else {
      const after = JSON.stringify(await world.bookAt(BOOK).get(id, 0));
      must(after === before, `${id} was changed by an attempt that is not its own`);
    }
  }),
);

const cancel = fc.nat().map((at) =>
  command(`cancel(${at})`, async (model, world) => {
    const id = pick([...model.jobs.keys()], at);
    if (id === undefined) return;
    const found = await world.bookAt(BOOK).cancel(id);
    must(found !== undefined && HAS_ENDED.has(found.job.status), `${id} was cancelled and goes on`);
  }),
);

const abandon = fc.nat().map((at) =>
  command(`abandon(${at})`, async (model, world) => {
    const id = pick([...model.jobs.keys()], at);
    if (id === undefined) return;
    const lease = model.leases.get(id);
    await world.bookAt(BOOK).abandon(id);
    const status = (await world.bookAt(BOOK).get(id, 0))?.job.status;
    const isLeased = lease !== undefined && lease.untilMs > world.time.now();
    must(!isLeased || status === "running", `${id} was abandoned while it ran`);
  }),
);

const pass = fc
  .constantFrom(1, 5000, 30_000, 61_000, 600_000, 7 * 3_600_000)
  .map((ms) => command(`pass(${ms})`, async (_, world) => world.time.pass(ms)));

const kill = fc.constant(command("kill", async (_, world) => world.kill()));

const queueAway = fc.boolean().map((isAway) =>
  command(`queue ${isAway ? "away" : "there"}`, async (model, world) => {
    model.isQueueAway = isAway;
    world.books.faults.send = () => (isAway ? Promise.reject(new Error("away")) : Promise.resolve());
  }),
);

/** Everything that can happen to jobs. */
export const jobCommands = [
  create,
  create,
  begin,
  take,
  take,
  lose,
  extend,
  finish,
  finish,
  cancel,
  abandon,
  pass,
  pass,
  kill,
  queueAway,
];
