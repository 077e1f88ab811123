/** How long an address may be taken to show the same picture without its server being asked, in seconds, whatever the server allows: who changes a picture wants to see it. */
export const MAX_FRESH_SECONDS = 60;

/** Redirects that hold until their server says otherwise (RFC 9110, 15.4). */
const PERMANENT: ReadonlySet<number> = new Set([301, 308]);

function directive(cacheControl: string, name: string): number | undefined {
  const value = new RegExp(`(?:^|[,\\s])${name}\\s*=\\s*"?(\\d+)`, "iu").exec(cacheControl)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** RFC 9111, 5.3: by the server's own clock; what is no date is over. */
function untilExpiry(headers: Headers, nowMs: number): number | undefined {
  const expires = headers.get("expires");
  if (expires === null) return undefined;
  const date = Date.parse(headers.get("date") ?? "");
  const seconds = (Date.parse(expires) - (Number.isNaN(date) ? nowMs : date)) / 1000;
  return Number.isNaN(seconds) ? 0 : seconds;
}

/** RFC 9111, 4.2.2: a tenth of the time since it was last changed, where its server says no more than that. */
function heuristicSeconds(lastModified: string | undefined, nowMs: number): number {
  const changedMs = Date.parse(lastModified ?? "");
  return Number.isNaN(changedMs) ? 0 : (nowMs - changedMs) / 10_000;
}

/** For how many seconds a response holds, RFC 9111, 4.2.1; `unsaid` where it says nothing of it. */
function secondsOf(headers: Headers, unsaid: number, nowMs: number): number {
  const control = headers.get("cache-control") ?? "";
  if (/(?:^|[,\s])no-(?:cache|store)/iu.test(control)) return 0;
  const allowed =
    directive(control, "s-maxage") ?? directive(control, "max-age") ?? untilExpiry(headers, nowMs) ?? unsaid;
  const age = Number(headers.get("age") ?? 0) || 0;
  return Math.min(MAX_FRESH_SECONDS, Math.max(0, allowed - age));
}

/** For how many seconds a picture's server need not be asked again. */
export function freshSeconds(headers: Headers, lastModified: string | undefined, nowMs: number): number {
  return secondsOf(headers, heuristicSeconds(lastModified, nowMs), nowMs);
}

/** For how many seconds an address leads where this redirect says. */
export function redirectSeconds({ status, headers }: Response, nowMs: number): number {
  return secondsOf(headers, PERMANENT.has(status) ? MAX_FRESH_SECONDS : 0, nowMs);
}
