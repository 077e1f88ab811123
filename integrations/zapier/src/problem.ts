import type { HttpResponse, ZObject } from "zapier-platform-core";

/** What the app reads of a problem (RFC 9457). Another server, as a proxy in front of the API, may have answered instead: then all is missing. */
interface Problem {
  readonly title: string | undefined;
  readonly detail: string | undefined;
  readonly fix: string | undefined;
  readonly code: string | undefined;
  /** Whether the same request cannot succeed later. */
  readonly isFinal: boolean;
}

/** Statuses after which Zapier sends the step again by itself. */
const WAITING: ReadonlySet<number> = new Set([429, 503]);

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function problemOf(data: unknown): Problem {
  const members = new Map(Object.entries(typeof data === "object" && data !== null ? data : {}));
  const [title, detail, fix, code] = ["title", "detail", "fix", "code"].map((name) => textOf(members.get(name)));
  return { title, detail, fix, code, isFinal: members.get("retryable") === false };
}

function messageOf({ title, detail = "", fix }: Problem, status: number): string {
  if (title === undefined || fix === undefined) {
    return `The API answered with status ${status} and no explanation. Check the base URL of the connection.`;
  }
  return [`${title}.`, detail, fix].filter((sentence) => sentence !== "").join(" ");
}

/** Seconds, or undefined if the header is missing or a date. */
function retryAfter(response: HttpResponse): number | undefined {
  const seconds = Number.parseInt(response.getHeader("retry-after") ?? "", 10);
  return Number.isNaN(seconds) ? undefined : seconds;
}

/** Throws what Zapier shows if something has answered that is not the API. */
export function throwNotTheApi(z: ZObject): never {
  const message = "Something answers at the base URL of the connection, but not the API. Check the address.";
  throw new z.errors.Error(message, "not-the-api", 502);
}

/** Throws what Zapier shows for a failed answer of the API: what happened and what to do, or after how many seconds it should send the step again. */
export function throwProblem(response: HttpResponse, z: ZObject): never {
  const { status } = response;
  const problem = problemOf(response.data);
  const message = messageOf(problem, status);
  if (WAITING.has(status) && !problem.isFinal) {
    throw new z.errors.ThrottledError(message, retryAfter(response));
  }
  throw new z.errors.Error(message, problem.code, status);
}
