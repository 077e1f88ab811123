import type { Answered, StageTimings } from "../contract/service.ts";
import { sha256 } from "../bytes/sha256.ts";
import { cacheStatus } from "./cache-control.ts";
import type { AnswerBody } from "./answer-body.ts";

/** Callers may cache an answer privately and must revalidate it each time: a new model may answer differently. */
const CACHE_CONTROL = "private, no-cache";

/** Formats Server-Timing: milliseconds by stage. */
function serverTiming(timings: StageTimings): string {
  return Object.entries(timings)
    .map(([stage, ms]) => `${stage};dur=${ms.toFixed(1)}`)
    .join(", ");
}

/** Hexadecimal digits of an ETag: half of a SHA-256 is enough to distinguish the answers of one caller. */
const TAG_DIGITS = 32;

async function entityTag(fingerprint: string): Promise<string> {
  return `"${(await sha256(fingerprint)).slice(0, TAG_DIGITS)}"`;
}

/** Whether If-None-Match contains this tag or `*`. */
function matchesTag(header: string | null, tag: string): boolean {
  const tags = new Set((header ?? "").split(",").map((each) => each.trim().replace(/^W\//u, "")));
  return tags.has(tag) || tags.has("*");
}

/**
 * An answer as a response, or 304 if If-None-Match contains its tag. The standard defines 304 for GET only; a POST here changes nothing, and a
 * body that the caller already has need neither be made nor sent. Rejects with `Problem` if the body cannot be made.
 */
export async function answerResponse(
  body: AnswerBody,
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
  if (matchesTag(ifNoneMatch, etag)) return new Response(null, { status: 304, headers });
  return new Response(await body.open(), { headers: { ...headers, ...body.headers } });
}
