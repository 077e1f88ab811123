import type { Reply } from "./redirects.ts";
import { Interrupted, PullError } from "./pull-error.ts";

/** What went wrong at the server may be right a little later. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Longest wait that a server may ask for in `Retry-After`: whoever waits at a terminal gives up sooner. */
export const MAX_RETRY_AFTER_MS = 120_000;

/** What was asked for, for messages. */
export interface RequestedFile {
  readonly repository: string;
  readonly revision: string;
  readonly path: string;
  readonly hasToken: boolean;
}

const token = ({ hasToken }: RequestedFile): string =>
  hasToken
    ? "HF_TOKEN is set, but may not read it."
    : "If it is private or asks for consent, set HF_TOKEN to a token of an account that may read it.";

/** By the hub's own code, else by status. */
const refusals: Readonly<Record<string, (asked: RequestedFile) => string>> = {
  EntryNotFound: ({ repository, revision, path }) =>
    `${repository} has no ${path} at revision ${revision}: choose another --dtype or revision.`,
  RevisionNotFound: ({ repository, revision }) => `${repository} has no revision ${revision}: correct sources.json.`,
  RepoNotFound: (asked) => `The hub shows no repository ${asked.repository}. ${token(asked)}`,
  GatedRepo: (asked) => `${asked.repository} asks for consent to its terms on its page. ${token(asked)}`,
  401: (asked) => `The hub does not let this command read ${asked.repository}. ${token(asked)}`,
  403: (asked) => `The hub does not let this command read ${asked.repository}. ${token(asked)}`,
  404: ({ repository, revision, path }) => `The hub has no ${path} in ${repository} at revision ${revision}.`,
};

/** In milliseconds; seconds only, as the hub writes it. */
function retryAfter(headers: Headers): number {
  const seconds = Number(headers.get("retry-after") ?? "0");
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
}

/** Whether the hub says that just this file is not there. */
export function isMissing({ response: { status, headers } }: Reply): boolean {
  return status === 404 && (headers.get("x-error-code") ?? "EntryNotFound") === "EntryNotFound";
}

/** The error for a status that is no success: `Interrupted` where the next attempt may succeed, else `PullError` with what to do. */
export function refusal({ response, host }: Reply, asked: RequestedFile): Interrupted | PullError {
  const { status, headers } = response;
  const afterMs = retryAfter(headers);
  if (passing.has(status) && afterMs <= MAX_RETRY_AFTER_MS) {
    return new Interrupted(`${host} answered ${status}`, afterMs);
  }
  if (passing.has(status)) {
    return new PullError(`${host} answered ${status}: run this again in ${Math.ceil(afterMs / 60_000)} minutes.`);
  }
  const describe = refusals[headers.get("x-error-code") ?? ""] ?? refusals[status];
  return new PullError(describe?.(asked) ?? `${host} answered ${status} for ${asked.path}.`);
}
