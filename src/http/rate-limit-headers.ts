import type { RateDecision } from "../accounts/rate.ts";
import { fieldList } from "./structured-fields.ts";

/** How many requests of a key may be in progress. */
export interface ConcurrencyReport {
  readonly limit: number;
  readonly inProgress: number;
}

/** The name of the policy for requests in progress; those of rates come from the key. */
export const CONCURRENCY_POLICY = "concurrent";

/** The unit of a quota of requests in progress (draft-ietf-httpapi-ratelimit-headers-11); without `qu`, a quota is of requests. */
const CONCURRENT_REQUESTS = "concurrent-requests";

/**
 * Returns `RateLimit-Policy` (as in `"requests";q=600;w=60`) and `RateLimit` (as in `"requests";r=599;t=1`) of draft-ietf-httpapi-ratelimit-headers-11: an item
 * for each policy. No field for a key without any.
 */
export function rateLimitHeaders(
  decisions: readonly RateDecision[],
  concurrency?: ConcurrencyReport,
): Readonly<Record<string, string>> {
  const policies = decisions.map(({ policy }) => ({
    value: policy.name,
    parameters: { q: policy.requests, w: policy.seconds },
  }));
  const states = decisions.map(({ policy, remaining, resetSeconds }) => ({
    value: policy.name,
    parameters: { r: remaining, t: resetSeconds },
  }));
  const { limit = 0, inProgress = 0 } = concurrency ?? {};
  const value = CONCURRENCY_POLICY;
  const limits = concurrency === undefined ? [] : [{ value, parameters: { q: limit, qu: CONCURRENT_REQUESTS } }];
  const uses = concurrency === undefined ? [] : [{ value, parameters: { r: Math.max(0, limit - inProgress) } }];
  if (policies.length + limits.length === 0) return {};
  return { "ratelimit-policy": fieldList([...policies, ...limits]), ratelimit: fieldList([...states, ...uses]) };
}
