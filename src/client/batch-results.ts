import { startDeadline } from "../inference/protocol/deadline.ts";
import { isFields } from "../inference/protocol/fields.ts";
import { chunksOf } from "../inference/protocol/transport.ts";
import { MAX_ANSWER_BYTES } from "./answer-stream.ts";
import { type Batch, filePath } from "./batch-object.ts";
import { type CallOptions, type Connection, exchange, MAX_TIMEOUT_MS } from "./call.ts";
import { FlorenceError, florenceErrorOf } from "./florence-error.ts";
import { parseJson } from "./json.ts";
import { openAiError, problemError } from "./problem-reply.ts";
import { passingError, pauseAfter } from "./wait-until-ended.ts";

/** The result of a line: its answer, or why there is none. `custom_id` is null for a line in which none could be read. */
export type BatchResult<Answer> =
  | { readonly custom_id: string; readonly status: "ok"; readonly answer: Answer; readonly error: null }
  | {
      readonly custom_id: string | null;
      readonly status: "error";
      readonly answer: null;
      readonly error: FlorenceError;
    };

/** How long a file may take to be sent or received, in milliseconds: 200 MB at half a megabit a second. A reader that is slower opens it again. */
export const TRANSFER_MS = 60 * 60 * 1000;

/** Failures in a row, without a line between them, after which a file of results is given up; and the least pause after each, in milliseconds. */
const MAX_FAULTS = 5;
const PAUSE_MS = 1000;

/** The result of a line that has no answer. */
export function failedLine(customId: string | null, error: FlorenceError): BatchResult<never> {
  return { custom_id: customId, status: "error", answer: null, error };
}

/** Reads a line of a file of results. Its answer is trusted to match the type of the contract, as every answer is. */
function resultOf<Answer>(text: string): BatchResult<Answer> {
  const line = parseJson(text);
  if (!isFields(line)) throw new FlorenceError("invalid-response", "A line of the results is no JSON object.");
  const { custom_id: customId, response } = line;
  const id = typeof customId === "string" ? customId : null;
  const { status_code: code, body, request_id: requestId } = isFields(response) ? response : {};
  if (code === 200 && id !== null && isAnswer<Answer>(body)) {
    return { custom_id: id, status: "ok", answer: body, error: null };
  }
  const details = {
    status: typeof code === "number" ? code : undefined,
    requestId: typeof requestId === "string" ? requestId : undefined,
  };
  const error = problemError(body) ?? openAiError(body, details) ?? openAiError(line);
  return failedLine(id, error ?? new FlorenceError("invalid-response", "A line has failed without a reason."));
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the trusted type has to be named
function isAnswer<Answer>(body: unknown): body is Answer {
  return isFields(body);
}

/** Divides a text that arrives in pieces into its lines. Rejects for a line that has no end, since each has one. */
async function* linesIn(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  let begun: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    const [first = "", ...others] = decoder.decode(piece, { stream: true }).split("\n");
    begun.push(first);
    length += first.length;
    for (const other of others) {
      yield begun.join("");
      begun = [other];
      ({ length } = other);
    }
    if (length > MAX_ANSWER_BYTES) throw new FlorenceError("invalid-response", "A line of the results has no end.");
  }
  if (length > 0) throw new FlorenceError("connection-failed", "The results ended within a line.");
}

/** Yields the lines of a file on arrival. Rejects with `FlorenceError`. */
async function* linesOf(connection: Connection, id: string, options: CallOptions): AsyncGenerator<string, void, void> {
  const request = { method: "GET", path: `${filePath(id)}/content` } as const;
  const { completed, deadline } = await exchange(connection, request, options, (response) => Promise.resolve(response));
  try {
    yield* linesIn(chunksOf(completed.data, deadline));
  } catch (thrown) {
    throw florenceErrorOf(thrown) ?? thrown;
  } finally {
    deadline.end();
  }
}

async function pause(connection: Connection, milliseconds: number, { signal }: CallOptions): Promise<void> {
  const deadline = startDeadline(connection, MAX_TIMEOUT_MS, signal);
  try {
    await deadline.wait(milliseconds);
  } catch (thrown) {
    throw florenceErrorOf(thrown) ?? thrown;
  } finally {
    deadline.end();
  }
}

/** Yields the results in a file. After a lost connection it goes on with the line after the last one. */
async function* resultsIn<Answer>(connection: Connection, id: string, options: CallOptions) {
  let given = 0;
  for (let faults = 0; ;) {
    try {
      let seen = 0;
      for await (const line of linesOf(connection, id, options)) {
        seen += 1;
        if (seen <= given) continue;
        given = seen;
        faults = 0;
        yield resultOf<Answer>(line);
      }
      return;
    } catch (thrown) {
      const error = passingError(thrown);
      faults += 1;
      if (faults > MAX_FAULTS) throw error;
      await pause(connection, pauseAfter(error, PAUSE_MS), options);
    }
  }
}

/** Yields the results of a batch that has ended, of which one is in memory at a time: first the answers, then the errors. Rejects with `FlorenceError`. */
export async function* readResults<Answer>(
  connection: Connection,
  { output_file_id: output, error_file_id: errors }: Batch,
  options: CallOptions,
): AsyncGenerator<BatchResult<Answer>, void, void> {
  for (const id of [output, errors]) {
    if (id !== null) yield* resultsIn<Answer>(connection, id, { timeoutMs: TRANSFER_MS, ...options });
  }
}
