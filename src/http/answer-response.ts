import type { Answered, StageTimings } from "../contract/service.ts";
import { sha256 } from "../bytes/sha256.ts";
import { cacheStatus } from "./cache-control.ts";
import type { AnswerBody } from "./answer-body.ts";
import type { PaidRequest } from "./paid-request.ts";

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

/** The tags of bodies that are sent repeatedly. */
const tags = new WeakMap<AnswerBody, string>();

async function entityTag(body: AnswerBody): Promise<string> {
  const known = tags.get(body);
  if (known !== undefined) return known;
  const tag = `"${(await sha256(body.fingerprint)).slice(0, TAG_DIGITS)}"`;
  if (body.isRemembered === true) tags.set(body, tag);
  return tag;
}

/** Whether If-None-Match contains this tag or `*`. */
function matchesTag(header: string | null, tag: string): boolean {
  if (header === null) return false;
  const sent = new Set(header.split(",").map((each) => each.trim().replace(/^W\//u, "")));
  return sent.has(tag) || sent.has("*");
}

/** What an answer is sent with. */
export interface AnswerResponseOptions extends Pick<Answered, "cache" | "timings"> {
  readonly ifNoneMatch: string | null;
  /** Who pays; left out where answers cost nothing. */
  readonly paid?: PaidRequest | undefined;
}

/** Cache-Status, Server-Timing and, of a cached answer, Age. */
type Variable = readonly [cacheStatus: string, serverTiming: string, age: string | undefined];

function headersOf(etag: string, [status, timing, age]: Variable): Readonly<Record<string, string>> {
  return {
    "cache-control": CACHE_CONTROL,
    "cache-status": status,
    etag,
    "server-timing": timing,
    ...(age === undefined ? {} : { age }),
  };
}

/** The last headers of bodies that are sent repeatedly. */
const lastHeaders = new WeakMap<AnswerBody, { readonly variable: Variable; readonly headers: Headers }>();

/** The headers of an answer for which nobody pays: those of the same body before, if nothing differs. A response copies them, in less time than it takes to make them. */
function repeatedHeaders(body: AnswerBody, etag: string, variable: Variable): Headers {
  const last = lastHeaders.get(body);
  if (last !== undefined && variable.every((value, index) => value === last.variable[index])) return last.headers;
  const headers = new Headers({ ...headersOf(etag, variable), ...body.headers });
  if (body.isRemembered === true) lastHeaders.set(body, { variable, headers });
  return headers;
}

/**
 * An answer as a response, or 304 if If-None-Match contains its tag. The standard defines 304 for GET only; a POST here changes nothing, and a
 * body that the caller already has need neither be made nor sent. It is paid like an answer, since its tag tells what the answer is: when the body is there, if
 * there is one, and before it is sent. Rejects with `Problem` if the body cannot be made or paid.
 */
export async function answerResponse(
  body: AnswerBody,
  { cache, timings, ifNoneMatch, paid }: AnswerResponseOptions,
): Promise<Response> {
  const etag = await entityTag(body);
  const isKnown = matchesTag(ifNoneMatch, etag);
  const opened = isKnown ? null : await body.open();
  const charge = await paid?.settle();
  const isFree = charge === undefined;
  const variable = [
    cacheStatus(cache),
    serverTiming(isFree || charge.ledgerMs === 0 ? timings : { ...timings, ledger: charge.ledgerMs }),
    cache.hit ? String(cache.age) : undefined,
  ] as const;
  if (isFree && !isKnown) return new Response(opened, { headers: repeatedHeaders(body, etag, variable) });
  const headers = { ...headersOf(etag, variable), ...charge?.headers };
  if (isKnown) return new Response(null, { status: 304, headers });
  const sent = isFree ? opened : (body.withCharge?.(charge.amount) ?? opened);
  return new Response(sent, { headers: { ...headers, ...body.headers } });
}
