/** What the API says of a failed call, or what is said of a reply that is not the API's. */
export interface Problem {
  readonly title: string;
  /** What happened to this request, and what to do. */
  readonly description: string;
  /** The API's stable name for the error; `no-answer` for a reply that is not the API's. */
  readonly code: string;
  readonly status: number;
  readonly isRetryable: boolean;
  /** What `Retry-After` says. */
  readonly retryAfterSeconds: number | undefined;
}

/** A reply of HTTP, whose body was JSON or stays a text. */
export interface Reply {
  readonly statusCode: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

type Json = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object, and no list. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

/** Statuses of a proxy before the API that pass by themselves. */
const TRANSIENT: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** The wrong fields, each with what is wrong with it. */
function issuesOf({ issues }: Json): readonly string[] {
  return (Array.isArray(issues) ? issues : []).flatMap((issue: unknown) =>
    isObject(issue) ? [`${textOf(issue["path"])}: ${textOf(issue["message"])}`] : [],
  );
}

function descriptionOf(body: Json): string {
  const sentences = [textOf(body["detail"]), ...issuesOf(body), textOf(body["fix"])].filter((text) => text !== "");
  return `${sentences.join(" ")} (${textOf(body["code"])}, request ${textOf(body["request_id"])})`;
}

/** Reads `Retry-After` in seconds; the API sends no dates. */
function retryAfterSeconds(value: unknown): number | undefined {
  const seconds = Number(textOf(value).trim() || Number.NaN);
  return seconds >= 0 ? seconds : undefined;
}

function foreignReply(status: number): Pick<Problem, "title" | "description" | "code" | "isRetryable"> {
  return {
    title: `The address answers, but not as a florence-edge API (HTTP ${status})`,
    description: "Check Base URL in the credential: the address of the API, without a path.",
    code: "no-answer",
    isRetryable: TRANSIENT.has(status),
  };
}

/** Whether a body is an answer, each of which names its type, or the bytes of a drawing. */
export const isAnswer = (body: unknown): boolean =>
  body instanceof Uint8Array || (isObject(body) && typeof body["type"] === "string");

/** Returns what the body of one of the API's errors says, undefined if a value is none. */
export function readProblem(body: unknown, status: number, seconds?: number): Problem | undefined {
  if (!isObject(body) || textOf(body["title"]) === "" || textOf(body["code"]) === "") return undefined;
  return {
    title: textOf(body["title"]),
    description: descriptionOf(body),
    code: textOf(body["code"]),
    status,
    isRetryable: body["retryable"] === true,
    retryAfterSeconds: seconds,
  };
}

/** Returns why a reply is not what was asked for, undefined if it is. */
export function problemOf(
  { statusCode: status, headers, body }: Reply,
  isWanted: (body: unknown) => boolean = isAnswer,
): Problem | undefined {
  if (status < 300 && isWanted(body)) return undefined;
  const seconds = retryAfterSeconds(headers["retry-after"]);
  return readProblem(body, status, seconds) ?? { ...foreignReply(status), status, retryAfterSeconds: seconds };
}
