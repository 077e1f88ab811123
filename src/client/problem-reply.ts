import type { Deadline } from "../inference/protocol/deadline.ts";
import { retryAfterSeconds } from "../inference/protocol/error-reply.ts";
import { isFields } from "../inference/protocol/fields.ts";
import { readBody } from "../inference/protocol/transport.ts";
import type { Problem } from "./contract.ts";
import { FlorenceError, florenceErrorOf } from "./florence-error.ts";
import { parseJson } from "./json.ts";

/** Most bytes of a problem; proxies send pages of HTML. */
const MAX_PROBLEM_BYTES = 256 * 1024;

/** Statuses of proxies and gateways, which send no problem: the same request may succeed in a moment. */
const passing: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Redirects are not followed, since that would hand the picture to someone else. Browsers hide one behind the status 0. */
const redirects: ReadonlySet<number> = new Set([0, 301, 302, 303, 307, 308]);

/** Whether an error's body is one of this API. */
function isProblem(value: unknown): value is Problem {
  return isFields(value) && typeof value["code"] === "string" && typeof value["detail"] === "string";
}

/** A page of HTML is `undefined`, and so is a body that broke off: the status says enough. */
async function bodyOf(response: Response, deadline: Deadline): Promise<unknown> {
  try {
    return parseJson(new TextDecoder().decode(await readBody(response, deadline, MAX_PROBLEM_BYTES)));
  } catch (thrown) {
    const { code } = florenceErrorOf(thrown) ?? {};
    if (code === "aborted" || code === "timeout") throw thrown;
    return undefined;
  }
}

/** A problem as the error that it is; `undefined` where the value is no problem. */
export function problemError(value: unknown, seconds?: number): FlorenceError | undefined {
  if (!isProblem(value)) return undefined;
  const { code, detail, status, fix, retryable, request_id: requestId, issues } = value;
  return new FlorenceError(code, detail, { status, fix, retryable, requestId, issues, retryAfterSeconds: seconds });
}

/** The error that a response is whose status is not 2xx. */
export async function replyError(response: Response, deadline: Deadline, nowMs: number): Promise<FlorenceError> {
  const { status, headers } = response;
  const seconds = retryAfterSeconds(headers.get("retry-after"), nowMs);
  const problem = problemError(await bodyOf(response, deadline), seconds);
  if (problem !== undefined) return problem;
  return new FlorenceError("invalid-response", `The server answered with status ${status} and without a problem.`, {
    status,
    fix: redirects.has(status) ? "Set `baseUrl` to the address that the server redirects to." : undefined,
    retryable: passing.has(status),
    requestId: headers.get("x-request-id") ?? undefined,
    retryAfterSeconds: seconds,
  });
}
