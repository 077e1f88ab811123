import type { JobPayer } from "../contract/jobs-port.ts";
import { isJsonObject } from "../contract/json-object.ts";
import { isProblemCode, Problem, type ProblemCode } from "../contract/problems.ts";
import { againAfterMs, isCallersFault } from "../jobs/retry.ts";
import { readLine } from "./batch-line.ts";
import type { BegunChunk } from "./book-port.ts";
import { digitsOf } from "./ids.ts";
import type { Line } from "./line-reader.ts";
import { answeredLine, errorLine } from "./output-line.ts";

/** A line of a chunk, with its bytes. */
export type ChunkLine = Pick<Line, "number" | "bytes" | "isTooLong">;

/** Handles a request in this process, for whoever pays for it. */
export type Ask = (request: Request, payer: JobPayer | undefined) => Promise<Response>;

/** What became of a line. */
export type LineResult =
  | { readonly kind: "output" | "errors"; readonly text: string }
  | { readonly kind: "rest"; readonly afterMs: number; readonly isPaused: boolean };

/** What a line belongs to. */
export interface LineContext {
  readonly batch: string;
  readonly begun: BegunChunk;
  readonly ask: Ask;
  /** Called with what is no `Problem`. */
  readonly logFailure: (thrown: unknown, line: string) => void;
}

const NO_JSON = "The answer is no JSON.";

/** Why a line of a batch that has ended is not asked. */
const endings = {
  "batch-expired": "The batch had ended before the line was asked.",
  "job-abandoned": "The line, or one beside it, was begun again and again, and was not answered.",
} as const;

/** The line's own Idempotency-Key: however often it is asked, it is charged once. */
function requestOf({ batch, begun }: LineContext, line: number, body: object): Request {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  return new Request(new URL(begun.path, begun.origin), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "content-length": String(bytes.byteLength),
      "x-request-id": `${batch}-${line}`,
      "idempotency-key": `${batch}:${line}`,
    },
    body: bytes,
  });
}

/** The code in a problem's body, or in that of an error in OpenAI's shape. */
function codeIn(body: unknown): ProblemCode {
  const holder = isJsonObject(body) && isJsonObject(body["error"]) ? body["error"] : body;
  const code = isJsonObject(holder) ? holder["code"] : undefined;
  return typeof code === "string" && isProblemCode(code) ? code : "internal";
}

/** When a problem's line is to be asked again; undefined if the problem is its result. */
function restAfter(
  code: ProblemCode,
  { retries, faults }: BegunChunk,
  retryAfterSeconds: number,
): Extract<LineResult, { readonly kind: "rest" }> | undefined {
  const afterMs = againAfterMs(code, { attempt: retries + 1, faults, retryAfterSeconds });
  return afterMs === undefined ? undefined : { kind: "rest", afterMs, isPaused: !isCallersFault(code) };
}

/** The result of a response. */
async function resultOf(
  response: Response,
  { number, customId }: { readonly number: number; readonly customId: string },
  { batch, begun }: LineContext,
): Promise<LineResult> {
  const { status, headers } = response;
  const origin = { batch: digitsOf(batch), line: number, customId };
  const body: unknown = await response.json().catch(() => undefined);
  if (body === undefined) return { kind: "errors", text: errorLine(origin, { code: "internal", detail: NO_JSON }) };
  const requestId = headers.get("x-request-id") ?? `${batch}-${number}`;
  const text = answeredLine(origin, { status, requestId, body });
  if (status === 200) return { kind: "output", text };
  const retryAfter = Number(headers.get("retry-after") ?? 0);
  const rest = restAfter(codeIn(body), begun, Number.isFinite(retryAfter) ? retryAfter : 0);
  return rest ?? { kind: "errors", text };
}

/** Works on one line: asks it, or says why it is not asked. Never rejects. */
export async function runLine({ number, ...line }: ChunkLine, context: LineContext): Promise<LineResult> {
  const { batch, begun, ask, logFailure } = context;
  const read = readLine(line, begun.endpoint);
  const origin = { batch: digitsOf(batch), line: number, customId: read.customId };
  if (read.kind === "broken") return { kind: "errors", text: errorLine(origin, read) };
  const { ending } = begun;
  if (ending !== undefined) {
    return { kind: "errors", text: errorLine(origin, { code: ending, detail: endings[ending] }) };
  }
  try {
    const response = await ask(requestOf(context, number, read.body), begun.payer ?? undefined);
    return await resultOf(response, { number, customId: read.customId }, context);
  } catch (thrown) {
    const code = thrown instanceof Problem ? thrown.code : "internal";
    if (code === "internal") logFailure(thrown, `${batch}:${number}`);
    const rest = restAfter(code, begun, 0);
    return rest ?? { kind: "errors", text: errorLine(origin, { code, detail: "The line could not be answered." }) };
  }
}
