import type { Deadline } from "./deadline.ts";
import { InferenceFailure } from "./failure.ts";
import type { FailureKind } from "./failure.ts";
import { isFields } from "./fields.ts";
import { readBody } from "./transport.ts";

/** Most bytes of an error's body: proxies send pages of HTML. */
const MAX_ERROR_BYTES = 64 * 1024;

/** Most characters of a server's words that a failure repeats. */
const MAX_MESSAGE_LENGTH = 500;

const kinds: ReadonlyMap<number, FailureKind> = new Map([
  [429, "unavailable"],
  [501, "refused"],
  [502, "unavailable"],
  [503, "unavailable"],
  [504, "unavailable"],
  [505, "refused"],
]);

/** Which failure a status is that is not 2xx; 0 stands for a redirect that a browser hides. */
function kindOf(status: number): FailureKind {
  return kinds.get(status) ?? (status >= 500 ? "server-error" : "refused");
}

/** Seconds of a Retry-After header, which is a number or a date; `undefined` where it is neither. */
export function retryAfterSeconds(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const seconds = (Date.parse(header) - nowMs) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** What a server said. */
interface ServerError {
  readonly message: string;
  readonly code?: string | undefined;
}

function textOrJson(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

const leadingCode = /^(?<code>[a-z]+(?:-[a-z]+)*): (?<rest>[^]+)$/u;

/** A server that has no field for a code, as Triton, may begin its words with one: `prompt-too-long: …`. */
function withoutCode(words: string): ServerError {
  const { code, rest = words } = leadingCode.exec(words)?.groups ?? {};
  return { message: rest, code };
}

/** The words of an error object: `{"error": …}` of every OIP server, `{"detail": …}` of FastAPI, `{"message": …}` of gateways. */
export function serverErrorOf(fields: Readonly<Record<string, unknown>>): ServerError {
  const { error, detail, message, code } = fields;
  // OpenAI's shape, which some gateways put around everything.
  if (isFields(error)) return serverErrorOf({ code, ...error, error: undefined });
  const words = textOrJson(error ?? detail ?? message ?? "").slice(0, MAX_MESSAGE_LENGTH);
  return typeof code === "string" ? { message: words, code } : withoutCode(words);
}

function parseWords(text: string): ServerError {
  try {
    const parsed: unknown = JSON.parse(text);
    return isFields(parsed) ? serverErrorOf(parsed) : { message: textOrJson(parsed).slice(0, MAX_MESSAGE_LENGTH) };
  } catch {
    const words = text.replaceAll(/<[^<>]*>/g, " ").replaceAll(/\s+/g, " ");
    return { message: words.trim().slice(0, MAX_MESSAGE_LENGTH) };
  }
}

async function readWords(response: Response, deadline: Deadline): Promise<ServerError> {
  try {
    return parseWords(new TextDecoder().decode(await readBody(response, deadline, MAX_ERROR_BYTES)));
  } catch (thrown) {
    if (thrown instanceof InferenceFailure && thrown.kind === "cancelled") throw thrown;
    // The status says enough; a body that breaks off, is too long or late would only hide it.
    return { message: "" };
  }
}

/** The failure that a reply with an error status is. `where` names the request. */
export async function failureOf(
  response: Response,
  where: string,
  deadline: Deadline,
  nowMs: number,
): Promise<InferenceFailure> {
  const { status, headers } = response;
  const { message, code } = await readWords(response, deadline);
  const text = message === "" ? `${where}: status ${status}.` : `${where}: status ${status}: ${message}`;
  const seconds = retryAfterSeconds(headers.get("Retry-After"), nowMs);
  return new InferenceFailure(kindOf(status), text, { status, words: message, code, retryAfterSeconds: seconds });
}
