import * as z from "zod";
import type { FuzzRequest } from "../../test/support/fuzz/fuzz-request.ts";
import type { Sent } from "../fuzz/send.ts";
import { received, violationsOf } from "../fuzz/violations.ts";
import type { PlaceName } from "./observation.ts";

/** Returns what contradicts the document in the result of a request; none if there is no response. */
export type CheckAnswer = (request: FuzzRequest, sent: Sent) => Promise<readonly string[]>;

/** The statuses that docs/backend-protocol.md and the server's own errors have: 500, 501 and 502 are faults of the server. */
const BACKEND_STATUSES: ReadonlySet<number> = new Set([200, 400, 404, 408, 413, 415, 422, 503, 504]);

/** What the backend's errors have. */
const BackendError = z.object({ error: z.string(), code: z.string() });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const checkBackend: CheckAnswer = async (_, sent) => {
  if (sent.type !== "response") return [];
  const { status } = sent.response;
  const text = await sent.response.clone().text();
  if (!BACKEND_STATUSES.has(status)) return [`undeclared status ${status}`];
  // A stream's errors come with status 200.
  if (text.includes('"code":"internal"')) return ["server fault: internal"];
  return status === 200 || BackendError.safeParse(parsed(text)).success ? [] : [`${status} without a code`];
};

/** A deadline is what ends the work of hogs, so it is no fault in their answers. */
const DEADLINE_FAULTS: ReadonlySet<string> = new Set(["backend-timeout", "deadline-exceeded"]);

const checkEdge: CheckAnswer = async (request, sent) => {
  if (sent.type !== "response") return [];
  const answer = await received(sent.response);
  const violations = await violationsOf({ api: "remote", request }, sent, answer);
  return violations
    .filter(({ kind, detail }) => request.isValid || kind !== "server fault" || !DEADLINE_FAULTS.has(detail))
    .map(({ kind, detail }) => `${kind}: ${detail}`);
};

/** The check of the answers of a place. */
export function checkOf(place: PlaceName): CheckAnswer {
  return place === "backend" ? checkBackend : checkEdge;
}

/** Names of what may differ between two equal answers: ids, and numbers that depend on which others were computed at once. */
const VARIABLE: ReadonlySet<string> = new Set(["score", "request_id", "id", "token_logprobs"]);

function essenceOfJson(text: string): string {
  return JSON.stringify(JSON.parse(text, (name, value: unknown) => (VARIABLE.has(name) ? undefined : value)));
}

const StreamEvent = z.object({ index: z.number(), text: z.string().optional(), code: z.string().optional() });

function essenceOfStream(text: string): string {
  const events = text.split("\n").filter((line) => line.startsWith("data: "));
  const last = events.map((line) => StreamEvent.parse(JSON.parse(line.slice(6))));
  return JSON.stringify(last.filter((event) => event.text !== undefined || event.code !== undefined));
}

/** Returns of an answer what must be equal whenever it is asked for: text, labels, boxes, token ids. Never throws: an unreadable body is itself. */
export function essenceOf(body: string): string {
  try {
    return body.startsWith("data: ") ? essenceOfStream(body) : essenceOfJson(body);
  } catch {
    return body;
  }
}
