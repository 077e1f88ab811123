import type { Job } from "../contract/jobs.ts";
import { MAX_EVENT_BYTES } from "../contract/webhooks.ts";
import type { WebhookEvent } from "./delivery.ts";

/** A job whose end is told. */
export interface ToldJob {
  /** As GET says it, without its result. */
  readonly job: Job;
  /** The answer's JSON, if there is one. */
  readonly answer: string | undefined;
  /** Whether what is told has one level (`format=flat`). */
  readonly isFlat: boolean;
}

type Told = Pick<WebhookEvent, "type" | "atMs">;

function head({ type, atMs }: Told) {
  return { type, timestamp: new Date(atMs).toISOString() };
}

/** The fields of a flat answer, but for its `type`, in whose place is that of the event. */
function fieldsOf(answer: unknown): object {
  if (typeof answer !== "object" || answer === null) return {};
  const { type: _type, ...fields }: { readonly type?: unknown } = answer;
  return fields;
}

/** A job on one level: its own fields, those of its problem (empty without one), and those of its answer. */
function flatEvent(
  told: Told,
  { id, status, created_at, task, problem, urls }: Job,
  answer: unknown,
  isOmitted: boolean,
) {
  const { code = "", title = "", detail = "", fix = "" } = problem ?? {};
  const own = { id, status, created_at, task, url: urls.get, result_omitted: isOmitted, code, title, detail, fix };
  return { ...fieldsOf(answer), ...head(told), ...own };
}

function jobEvent(told: Told, { job, answer, isFlat }: ToldJob, isOmitted: boolean): string {
  const result: unknown = answer === undefined ? null : JSON.parse(answer);
  if (isFlat) return JSON.stringify(flatEvent(told, job, result, isOmitted));
  const { id, status, created_at, task, problem, urls } = job;
  const data = { id, status, created_at, task, result, problem, urls, result_omitted: isOmitted };
  return JSON.stringify({ ...head(told), data });
}

function isTooLarge(body: string): boolean {
  return body.length > MAX_EVENT_BYTES || new TextEncoder().encode(body).length > MAX_EVENT_BYTES;
}

/** Returns the body that tells a job's end. A result that would make it too large is left out: it is at the job's address. */
export function jobEventBody(told: Told, job: ToldJob): string {
  const isLong = (job.answer?.length ?? 0) > MAX_EVENT_BYTES;
  const body = isLong ? undefined : jobEvent(told, job, false);
  return body === undefined || isTooLarge(body) ? jobEvent(told, { ...job, answer: undefined }, true) : body;
}

/** Returns the body of an event that brings what it tells. */
export function dataEventBody(told: Told, data: string): string {
  return `${JSON.stringify(head(told)).slice(0, -1)},"data":${data}}`;
}
