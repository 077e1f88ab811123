import type { Reply } from "./redirects.ts";
import { Interrupted, PullError } from "./pull-error.ts";

/** Statuses of temporary failures: a later attempt may succeed. */
const temporary: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The longest `Retry-After` that is waited for; a person at a terminal would not wait longer. */
export const MAX_RETRY_AFTER_MS = 120_000;

/** The requested file, for messages. */
export interface RequestedFile {
  readonly repository: string;
  readonly revision: string;
  readonly path: string;
  readonly hasToken: boolean;
}

const tokenHint = ({ hasToken }: RequestedFile): string =>
  hasToken
    ? "HF_TOKEN is set, but may not read it."
    : "If it is private or asks for consent, set HF_TOKEN to a token of an account that may read it.";

/** Messages by the hub's error code (`X-Error-Code`), else by status. */
const refusals: Readonly<Record<string, (file: RequestedFile) => string>> = {
  EntryNotFound: ({ repository, revision, path }) =>
    `${repository} has no ${path} at revision ${revision}: choose another --dtype or revision.`,
  RevisionNotFound: ({ repository, revision }) => `${repository} has no revision ${revision}: correct sources.json.`,
  RepoNotFound: (file) => `The hub shows no repository ${file.repository}. ${tokenHint(file)}`,
  GatedRepo: (file) => `${file.repository} asks for consent to its terms on its page. ${tokenHint(file)}`,
  401: (file) => `The hub does not let this command read ${file.repository}. ${tokenHint(file)}`,
  403: (file) => `The hub does not let this command read ${file.repository}. ${tokenHint(file)}`,
  404: ({ repository, revision, path }) => `The hub has no ${path} in ${repository} at revision ${revision}.`,
};

/** Returns `Retry-After` in milliseconds, 0 if absent. Only the form in seconds is parsed, which is the one the hub sends. */
function retryAfter(headers: Headers): number {
  const seconds = Number(headers.get("retry-after") ?? "0");
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

/** Whether the hub reports that only this file does not exist. */
export function isMissing({ response: { status, headers } }: Reply): boolean {
  return status === 404 && (headers.get("x-error-code") ?? "EntryNotFound") === "EntryNotFound";
}

/** Returns the error for an unsuccessful status: `Interrupted` if the next attempt may succeed, else `PullError` with what to do. */
export function refusal({ response, host }: Reply, file: RequestedFile): Interrupted | PullError {
  const { status, headers } = response;
  const afterMs = retryAfter(headers);
  if (temporary.has(status) && afterMs <= MAX_RETRY_AFTER_MS) {
    return new Interrupted(`${host} answered ${status}`, afterMs);
  }
  if (temporary.has(status)) {
    return new PullError(`${host} answered ${status}: run this again in ${Math.ceil(afterMs / 60_000)} minutes.`);
  }
  const describe = refusals[headers.get("x-error-code") ?? ""] ?? refusals[status];
  return new PullError(describe?.(file) ?? `${host} answered ${status} for ${file.path}.`);
}
