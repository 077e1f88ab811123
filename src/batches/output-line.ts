import { problemDetails } from "../contract/problem-details.ts";
import { problemText } from "../contract/problem-text.ts";
import type { ProblemCode } from "../contract/problems.ts";

/** Which line of which batch a result is of. */
interface LineOrigin {
  /** The digits of the batch's id. */
  readonly batch: string;
  readonly line: number;
  readonly customId: string | null;
}

/** A line of an output or error file, as OpenAI's clients read it. */
function outputLine({ batch, line, customId }: LineOrigin, result: object): string {
  return `${JSON.stringify({ id: `batch_req_${batch}_${line}`, custom_id: customId, ...result })}\n`;
}

/** The line of a request that was answered, with whatever status. `body` is the response's. */
export function answeredLine(
  origin: LineOrigin,
  response: { readonly status: number; readonly requestId: string; readonly body: unknown },
): string {
  const { status, requestId, body } = response;
  return outputLine(origin, { response: { status_code: status, request_id: requestId, body }, error: null });
}

/** The line of a request that was not asked. */
export function errorLine(
  origin: LineOrigin,
  { code, detail }: { readonly code: ProblemCode; readonly detail: string },
): string {
  const { title, fix } = problemDetails(code, { detail, requestId: "" });
  return outputLine(origin, { response: null, error: { code, message: problemText({ title, detail, fix }) } });
}
