import type { Answered, StageTimings } from "../contract/service.ts";
import { sha256 } from "../bytes/sha256.ts";
import { cacheStatus } from "./cache-control.ts";
import type { FormBody } from "./form-body.ts";

/** Callers may keep an answer for themselves, and must ask whether it is still the same: a new model may answer otherwise. */
const CACHE_CONTROL = "private, no-cache";

/** Server-Timing: milliseconds by stage. */
function serverTiming(timings: StageTimings): string {
  return Object.entries(timings)
    .map(([stage, ms]) => `${stage};dur=${ms.toFixed(1)}`)
    .join(", ");
}

/** Half of a hash is enough to tell answers apart that one caller has. */
const TAG_DIGITS = 32;

async function entityTag(fingerprint: string): Promise<string> {
  return `"${(await sha256(fingerprint)).slice(0, TAG_DIGITS)}"`;
}

/** Whether the caller has this answer already. */
function isKnown(header: string | null, tag: string): boolean {
  const tags = new Set((header ?? "").split(",").map((each) => each.trim().replace(/^W\//u, "")));
  return tags.has(tag) || tags.has("*");
}

/**
 * An answer as a response, or 304 where If-None-Match names it. The standard has 304 for GET alone; a POST here reads and changes
 * nothing, and a body that its caller has is a body too many.
 */
export async function answerResponse(
  body: FormBody,
  { cache, timings }: Pick<Answered, "cache" | "timings">,
  ifNoneMatch: string | null,
): Promise<Response> {
  const etag = await entityTag(body.fingerprint);
  const headers = {
    "cache-control": CACHE_CONTROL,
    "cache-status": cacheStatus(cache),
    etag,
    "server-timing": serverTiming(timings),
    ...(cache.hit ? { age: String(cache.age) } : {}),
  };
  if (isKnown(ifNoneMatch, etag)) return new Response(null, { status: 304, headers });
  return new Response(body.open(), { headers: { ...headers, ...body.headers } });
}
