import type { Deadline } from "../inference/protocol/deadline.ts";
import { retryAfterSeconds } from "../inference/protocol/error-reply.ts";
import { isFields } from "../inference/protocol/fields.ts";
import { readBody } from "../inference/protocol/transport.ts";
import type { BatchProblemCode } from "./batch-object.ts";
import type { Problem } from "./contract.ts";
import { FlorenceError, type FlorenceErrorDetails, florenceErrorOf } from "./florence-error.ts";
import { parseJson } from "./json.ts";

/** Maximum bytes of a problem; proxies send HTML pages. */
const MAX_PROBLEM_BYTES = 256 * 1024;

/** Transient statuses of proxies and gateways, which send no problem: the same request may succeed soon. */
const transientStatuses: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Redirects are not followed, since that would send the image to another server. Browsers report a redirect as status 0. */
const redirectStatuses: ReadonlySet<number> = new Set([0, 301, 302, 303, 307, 308]);

/** Whether the body of an error is a problem of this API. */
function isProblem(value: unknown): value is Problem {
  return isFields(value) && typeof value["code"] === "string" && typeof value["detail"] === "string";
}

/** An error in OpenAI's shape; its code is that of a problem. */
interface OpenAiError {
  readonly code: Problem["code"] | BatchProblemCode;
  readonly message: string;
}

function isOpenAiError(value: unknown): value is OpenAiError {
  return isFields(value) && typeof value["code"] === "string" && typeof value["message"] === "string";
}

/** Converts an error in OpenAI's shape, which files and batches have, to an error of the client; returns `undefined` if the value is none. Its message says what to do as well. */
export function openAiError(value: unknown, details: FlorenceErrorDetails = {}): FlorenceError | undefined {
  const error = isFields(value) ? value["error"] : undefined;
  if (!isOpenAiError(error)) return undefined;
  const { status = 0 } = details;
  return new FlorenceError(error.code, error.message, { retryable: transientStatuses.has(status), ...details });
}

/** Reads the body as JSON; returns `undefined` for an HTML page or an incomplete body, since the status is sufficient then. */
async function readJsonBody(response: Response, deadline: Deadline): Promise<unknown> {
  try {
    return parseJson(new TextDecoder().decode(await readBody(response, deadline, MAX_PROBLEM_BYTES)));
  } catch (thrown) {
    const { code } = florenceErrorOf(thrown) ?? {};
    if (code === "aborted" || code === "timeout") throw thrown;
    return undefined;
  }
}

/** Converts a problem to an error; returns `undefined` if the value is not a problem. `seconds` is the value of Retry-After. */
export function problemError(value: unknown, seconds?: number): FlorenceError | undefined {
  if (!isProblem(value)) return undefined;
  const { code, detail, status, fix, retryable, request_id: requestId, issues } = value;
  return new FlorenceError(code, detail, { status, fix, retryable, requestId, issues, retryAfterSeconds: seconds });
}

/** Converts a response with a status other than 2xx to an error. */
export async function replyError(response: Response, deadline: Deadline, nowMs: number): Promise<FlorenceError> {
  const { status, headers } = response;
  const seconds = retryAfterSeconds(headers.get("retry-after"), nowMs);
  const body = await readJsonBody(response, deadline);
  const requestId = headers.get("x-request-id") ?? undefined;
  const told = problemError(body, seconds) ?? openAiError(body, { status, requestId, retryAfterSeconds: seconds });
  if (told !== undefined) return told;
  return new FlorenceError("invalid-response", `The server answered with status ${status} and without a problem.`, {
    status,
    fix: redirectStatuses.has(status) ? "Set `baseUrl` to the URL that the server redirects to." : undefined,
    retryable: transientStatuses.has(status),
    requestId,
    retryAfterSeconds: seconds,
  });
}
