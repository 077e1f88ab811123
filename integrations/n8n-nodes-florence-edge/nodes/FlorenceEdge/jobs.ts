import { randomUUID } from "node:crypto";
import {
  NodeOperationError,
  sleep,
  type IExecutePaginationFunctions,
  type IHttpRequestOptions,
  type NodeApiError,
} from "n8n-workflow";
import { hasEnded, type Job, jobOf, POLL_PAUSE_SECONDS, pollSeconds } from "./api/job";
import { isObject, readProblem } from "./api/problem";
import { jobPauseSeconds } from "./api/retry";
import { errorOf, replyTo } from "./request";

/** What n8n gives a request that has no *Timeout*. */
const DEFAULT_TIMEOUT_MS = 300_000;

const isJob = (body: unknown): boolean => jobOf(body) !== undefined;

async function job(...[context, options, asked]: Parameters<typeof replyTo>): Promise<Job> {
  const found = jobOf(await replyTo(context, options, { isWanted: isJob, ...asked }));
  if (found === undefined) throw new NodeOperationError(context.getNode(), "The API sent no job");
  return found;
}

/** Asks a question whose answer comes later. A question that is sent again, because its reply was lost, is the same job. */
export async function askLater(context: IExecutePaginationFunctions, options: IHttpRequestOptions): Promise<Job> {
  return job(context, { ...options, headers: { ...options.headers, "idempotency-key": randomUUID() } });
}

/** Asks what has become of a job, or to cancel it. */
export const askOnce = (context: IExecutePaginationFunctions, options: IHttpRequestOptions): Promise<Job> =>
  job(context, options);

/** What a request for a job has of the request that asked for it: not its image, its options, and the type of its body. */
const KEPT = ["baseURL", "proxy", "timeout", "skipSslCertificateValidation", "allowedDomains"] as const;

/** The request for a job, to the API that it was asked of. Not to `urls.get`: from here, the API may have another address than its own. */
function requestFor(options: IHttpRequestOptions, id: string): IHttpRequestOptions {
  const kept = Object.fromEntries(KEPT.flatMap((name) => (name in options ? [[name, options[name]]] : [])));
  const headers = { "user-agent": options.headers?.["user-agent"] };
  return { ...kept, headers, method: "GET", url: `/v1/jobs/${encodeURIComponent(id)}` };
}

/** Returns a number of minutes, which an expression may have given. */
export function minutesOf(context: IExecutePaginationFunctions, name: string, missing: number): number {
  const minutes = Number(context.getNodeParameter(name, missing));
  if (minutes >= 0) return minutes;
  const itemIndex = context.getItemIndex();
  throw new NodeOperationError(context.getNode(), "Most Minutes to Wait is no number of minutes", { itemIndex });
}

/** Waits for the end of a job, and returns the job as it is then, or after so many minutes. */
export async function jobAfter(
  context: IExecutePaginationFunctions,
  options: IHttpRequestOptions,
  minutes: number,
): Promise<Job> {
  const endMs = Date.now() + minutes * 60_000;
  const left = (): number => endMs - Date.now();
  const pause: NonNullable<Parameters<typeof replyTo>[2]>["pause"] = (problem, calls) =>
    jobPauseSeconds(problem, calls, left());
  for (;;) {
    const seconds = pollSeconds(left(), options.timeout ?? DEFAULT_TIMEOUT_MS);
    const request = { ...options, headers: { ...options.headers, ...(seconds > 0 && { prefer: `wait=${seconds}` }) } };
    const found = await job(context, request, { pause });
    if (hasEnded(found) || left() <= 0) return found;
    // The API may answer at once, if very many wait.
    await sleep(POLL_PAUSE_SECONDS * 1000);
  }
}

function failure(
  context: IExecutePaginationFunctions,
  { id, status, problem }: Job,
): NodeApiError | NodeOperationError {
  const itemIndex = context.getItemIndex();
  const read = readProblem(problem, isObject(problem) ? Number(problem["status"]) : 0);
  if (read !== undefined) return errorOf(context.getNode(), read, itemIndex);
  const isCancelled = status === "cancelled";
  const message = isCancelled ? "The job was cancelled" : "The job has not ended yet";
  const description = isCancelled
    ? `Somebody cancelled ${id}: ask again.`
    : `${id} goes on. Get its answer with the resource Job, or raise Most Minutes to Wait.`;
  return new NodeOperationError(context.getNode(), message, { description, itemIndex });
}

/** Waits for the answer of a job. Throws the problem that the job has ended in. */
export async function answerOf(
  context: IExecutePaginationFunctions,
  options: IHttpRequestOptions,
  { id }: Job,
): Promise<unknown> {
  const minutes = minutesOf(context, "waitMinutes", 10);
  const ended = await jobAfter(context, requestFor(options, id), minutes);
  if (ended.status !== "succeeded") throw failure(context, ended);
  return ended.result;
}
