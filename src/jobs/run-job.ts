import type { JobPayer } from "../contract/jobs-port.ts";
import { problemDetails, ProblemDetails } from "../contract/problem-details.ts";
import { Problem } from "../contract/problems.ts";
import type { BegunJob, Book } from "./book-port.ts";
import { answerObject, LEASE_EXTENSION_MS, type Outcome } from "./job.ts";
import type { JobStorage } from "./storage.ts";

/** What runs a job. */
export interface RunOptions {
  readonly book: Book;
  readonly storage: JobStorage;
  /** Handles a request in this process, for whoever pays for it. */
  readonly ask: (request: Request, payer: JobPayer | undefined) => Promise<Response>;
  /** Calls something again and again, as `setInterval` does; what it returns ends that. */
  readonly every: (milliseconds: number, run: () => void) => () => void;
  readonly logFailure: (thrown: unknown, id: string) => void;
}

/** The answer's headers that are stored. */
const STORED_HEADERS = ["content-type", "charge"];

/** Headers of the request that this process adds: it is charged once, however often it is run. */
function requestOf(job: BegunJob, body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Request {
  const { origin, target, headers } = job.request;
  return new Request(new URL(target, origin), {
    method: "POST",
    headers: {
      ...headers,
      "content-length": String(body.byteLength),
      "x-request-id": job.requestId,
      "idempotency-key": job.id,
    },
    body,
    signal,
  });
}

async function problemIn(response: Response, { requestId }: BegunJob): Promise<Outcome> {
  const retryAfter = Number(response.headers.get("retry-after") ?? 0);
  const parsed = ProblemDetails.safeParse(await response.json().catch(() => undefined));
  const problem = parsed.success
    ? parsed.data
    : problemDetails("internal", { detail: "The request could not be answered.", requestId });
  return { problem, retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined };
}

function problemOutcome(thrown: unknown, { requestId }: BegunJob): Outcome {
  const problem =
    thrown instanceof Problem
      ? thrown
      : new Problem("internal", "The request could not be answered.", { cause: thrown });
  const { code, detail, issues, members } = problem;
  return { problem: problemDetails(code, { detail, requestId, issues, members }) };
}

async function attempt(job: BegunJob, options: RunOptions, signal: AbortSignal): Promise<Outcome> {
  const { storage, ask } = options;
  const body = await storage.get(job.bodyObject);
  if (body === undefined) throw new Problem("job-abandoned", "The body of the request is not in the storage any more.");
  const response = await ask(requestOf(job, body, signal), job.payer ?? undefined);
  if (response.status !== 200) return problemIn(response, job);
  const object = answerObject(job.id, job.attempt);
  await storage.put(object, new Uint8Array(await response.arrayBuffer()));
  const stored = STORED_HEADERS.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  return { answer: { object, headers: Object.fromEntries(stored) } };
}

/** Aborts a signal when a job's attempt is not the job's any more. A book that does not reply aborts nothing: the lease decides. */
function keepLease({ id, attempt: number }: BegunJob, { book, every }: RunOptions, controller: AbortController) {
  return every(LEASE_EXTENSION_MS, () => {
    void book
      .extend(id, number)
      .catch(() => true)
      .then((isOurs) => isOurs || controller.abort(new Problem("request-cancelled", "The job was cancelled.")));
  });
}

/** Runs a job once, if it is to be run. Rejects if its book cannot be reached: then the message is to come again. */
export async function runJob(id: string, options: RunOptions): Promise<void> {
  const { book, storage, logFailure } = options;
  const job = await book.begin(id);
  if (job === undefined) return;
  const controller = new AbortController();
  const release = keepLease(job, options, controller);
  try {
    const outcome = await attempt(job, options, controller.signal).catch((thrown: unknown) => {
      if (!(thrown instanceof Problem)) logFailure(thrown, id);
      return problemOutcome(thrown, job);
    });
    const isTaken = await book.finish(id, job.attempt, outcome);
    if (!isTaken && "answer" in outcome) await storage.delete([outcome.answer.object]).catch(() => undefined);
  } finally {
    release();
  }
}
