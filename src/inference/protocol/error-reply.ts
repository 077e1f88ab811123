import type { Deadline } from "./deadline.ts";
import { InferenceFailure } from "./failure.ts";
import type { FailureKind } from "./failure.ts";
import { isFields } from "./fields.ts";
import { readBody } from "./transport.ts";

/** Maximum bytes of an error body: proxies send HTML pages. */
const MAX_ERROR_BYTES = 64 * 1024;

/** Maximum number of characters of the server's message in a failure. */
const MAX_MESSAGE_LENGTH = 500;

const kinds: ReadonlyMap<number, FailureKind> = new Map([
  [429, "unavailable"],
  [501, "refused"],
  [502, "unavailable"],
  [503, "unavailable"],
  [504, "unavailable"],
  [505, "refused"],
]);

/** Failure kind of a status that is not 2xx; 0 is an opaque redirect in a browser. */
function kindOf(status: number): FailureKind {
  return kinds.get(status) ?? (status >= 500 ? "server-error" : "refused");
}

/** Parses a Retry-After header, a number or a date, to seconds; `undefined` if it is neither. */
export function retryAfterSeconds(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const seconds = (Date.parse(header) - nowMs) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** The error that a server reports. */
interface ServerError {
  readonly message: string;
  readonly code?: string | undefined;
}

function textOrJson(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

const leadingCode = /^(?<code>[a-z]+(?:-[a-z]+)*): (?<rest>[^]+)$/u;

/** Splits off a leading code. A server without a field for it, such as Triton, may start its message with one: `prompt-too-long: …`. */
function splitCode(text: string): ServerError {
  const { code, rest = text } = leadingCode.exec(text)?.groups ?? {};
  return { message: rest, code };
}

/** Extracts the message and code of an error object: `{"error": …}` of OIP servers, `{"detail": …}` of FastAPI, `{"message": …}` of gateways. */
export function serverErrorOf(fields: Readonly<Record<string, unknown>>): ServerError {
  const { error, detail, message, code } = fields;
  // OpenAI's format, which some gateways wrap around every error.
  if (isFields(error)) return serverErrorOf({ code, ...error, error: undefined });
  const text = textOrJson(error ?? detail ?? message ?? "").slice(0, MAX_MESSAGE_LENGTH);
  return typeof code === "string" ? { message: text, code } : splitCode(text);
}

function parseServerError(text: string): ServerError {
  try {
    const parsed: unknown = JSON.parse(text);
    return isFields(parsed) ? serverErrorOf(parsed) : { message: textOrJson(parsed).slice(0, MAX_MESSAGE_LENGTH) };
  } catch {
    const plainText = text.replaceAll(/<[^<>]*>/g, " ").replaceAll(/\s+/g, " ");
    return { message: plainText.trim().slice(0, MAX_MESSAGE_LENGTH) };
  }
}

async function readServerError(response: Response, deadline: Deadline): Promise<ServerError> {
  try {
    return parseServerError(new TextDecoder().decode(await readBody(response, deadline, MAX_ERROR_BYTES)));
  } catch (thrown) {
    if (thrown instanceof InferenceFailure && thrown.kind === "cancelled") throw thrown;
    // The status is enough: a truncated, too long or late body must not replace it with another failure.
    return { message: "" };
  }
}

/** The failure for a reply with an error status. `where` names the request. */
export async function failureOf(
  response: Response,
  where: string,
  deadline: Deadline,
  nowMs: number,
): Promise<InferenceFailure> {
  const { status, headers } = response;
  const { message, code } = await readServerError(response, deadline);
  const text = message === "" ? `${where}: status ${status}.` : `${where}: status ${status}: ${message}`;
  const seconds = retryAfterSeconds(headers.get("Retry-After"), nowMs);
  return new InferenceFailure(kindOf(status), text, {
    status,
    serverMessage: message,
    code,
    retryAfterSeconds: seconds,
  });
}
