/** Longest freshness of an image in seconds, whatever its server allows: someone who replaces an image expects to see the new one. */
export const MAX_FRESH_SECONDS = 60;

/** Permanent redirects, valid without explicit freshness (RFC 9110, 15.4). */
const PERMANENT: ReadonlySet<number> = new Set([301, 308]);

function directive(cacheControl: string, name: string): number | undefined {
  const value = new RegExp(`(?:^|[,\\s])${name}\\s*=\\s*"?(\\d+)`, "iu").exec(cacheControl)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** Seconds until `expires` by the server's own clock; an invalid date counts as expired (RFC 9111, 5.3). */
function secondsUntilExpires(headers: Headers, nowMs: number): number | undefined {
  const expires = headers.get("expires");
  if (expires === null) return undefined;
  const date = Date.parse(headers.get("date") ?? "");
  const seconds = (Date.parse(expires) - (Number.isNaN(date) ? nowMs : date)) / 1000;
  return Number.isNaN(seconds) ? 0 : seconds;
}

/** Heuristic freshness: a tenth of the time since `last-modified` (RFC 9111, 4.2.2). */
function heuristicSeconds(lastModified: string | undefined, nowMs: number): number {
  const modifiedMs = Date.parse(lastModified ?? "");
  return Number.isNaN(modifiedMs) ? 0 : (nowMs - modifiedMs) / 10_000;
}

/** Remaining freshness of a response in seconds (RFC 9111, 4.2.1), with `defaultSeconds` as the lifetime if its headers give none. */
function remainingSeconds(headers: Headers, defaultSeconds: number, nowMs: number): number {
  const control = headers.get("cache-control") ?? "";
  if (/(?:^|[,\s])no-(?:cache|store)/iu.test(control)) return 0;
  const allowed =
    directive(control, "s-maxage") ??
    directive(control, "max-age") ??
    secondsUntilExpires(headers, nowMs) ??
    defaultSeconds;
  const age = Number(headers.get("age") ?? 0) || 0;
  return Math.min(MAX_FRESH_SECONDS, Math.max(0, allowed - age));
}

/** Returns for how many seconds an image can be used without a request to its server. */
export function freshSeconds(headers: Headers, lastModified: string | undefined, nowMs: number): number {
  return remainingSeconds(headers, heuristicSeconds(lastModified, nowMs), nowMs);
}

/** Returns for how many seconds a redirect stays valid. */
export function redirectFreshSeconds({ status, headers }: Response, nowMs: number): number {
  return remainingSeconds(headers, PERMANENT.has(status) ? MAX_FRESH_SECONDS : 0, nowMs);
}
