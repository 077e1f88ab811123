import { outcomeOf, InferenceFailure } from "./failure.ts";
import type { RecordOutcome } from "./circuit.ts";
import type { Deadline } from "./deadline.ts";
import type { Parameters } from "./datatypes.ts";
import { serverErrorOf } from "./error-reply.ts";
import { isFields } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { withTimeout } from "./infer.ts";
import { modelPath } from "./urls.ts";
import type { CallOptions, Message, Session } from "./session.ts";
import { readEvents } from "./sse.ts";
import { chunksOf, discard } from "./transport.ts";

/** The JSON body of `POST /v2/models/{model}/generate_stream`: `text_input` and any other inputs of the model. */
export type GenerateRequest = Readonly<Record<string, unknown>> & { readonly parameters?: Parameters | undefined };

/** A stream after its first frame has arrived, or that ended without one. */
interface OpenStream {
  readonly first: IteratorResult<Fields, void>;
  readonly frames: AsyncGenerator<Fields, void>;
}

function frameOf(data: string): Fields {
  const frame: unknown = parse(data);
  if (!isFields(frame)) throw new InferenceFailure("malformed", "An event of the stream is no JSON object.");
  const { error } = frame;
  if (error === undefined || error === null) return frame;
  const { message, code } = serverErrorOf(frame);
  throw new InferenceFailure("stream-error", `The stream says: ${message}`, { code, serverMessage: message });
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

async function* framesOf(response: Response, deadline: Deadline): AsyncGenerator<Fields, void> {
  for await (const { data } of readEvents(chunksOf(response, deadline))) yield frameOf(data);
}

function checkType(response: Response): void {
  const type = response.headers.get("Content-Type") ?? "";
  if (type.toLowerCase().startsWith("text/event-stream")) return;
  discard(response);
  throw new InferenceFailure("malformed", `The stream's Content-Type is ${JSON.stringify(type)}.`);
}

function messageOf(request: GenerateRequest, remainingMs: number): Message {
  try {
    const body = JSON.stringify({ ...request, parameters: withTimeout(request.parameters, remainingMs) });
    return { body, headers: { "Content-Type": "application/json", Accept: "text/event-stream" } };
  } catch (cause) {
    throw new InferenceFailure("invalid-request", "The request cannot be written as JSON.", { cause });
  }
}

async function open(connect: () => Promise<Response>, deadline: Deadline): Promise<OpenStream> {
  const response = await connect();
  checkType(response);
  const frames = framesOf(response, deadline);
  return { first: await frames.next(), frames };
}

async function* framesFrom({ first, frames }: OpenStream): AsyncGenerator<Fields, void> {
  try {
    if (first.done) return;
    yield first.value;
    yield* frames;
  } finally {
    await frames.return();
  }
}

/** Passes frames through and reports the outcome of the stream to the circuit. */
async function* withSettle(recordOutcome: RecordOutcome, frames: AsyncIterable<Fields>): AsyncGenerator<Fields, void> {
  try {
    yield* frames;
  } catch (thrown) {
    recordOutcome(outcomeOf(thrown));
    throw thrown;
  } finally {
    // The stream ended, or the caller stopped reading: in both cases the server worked. Has no effect after a failure.
    recordOutcome("success");
  }
}

/** Retries until the first frame arrives, then yields all frames. */
async function* framesWithRetries(
  session: Session,
  connect: () => Promise<Response>,
  deadline: Deadline,
): AsyncGenerator<Fields, void> {
  yield* framesFrom(await session.retry(deadline, () => open(connect, deadline)));
}

/** Yields frames on arrival. Retries until the first frame arrives; after that it throws a failure to the caller. */
export async function* streamFrames(
  session: Session,
  model: string,
  request: GenerateRequest,
  call: CallOptions,
): AsyncGenerator<Fields, void> {
  const deadline = session.startDeadline(call, session.timeouts.callMs);
  try {
    const path = `${modelPath(model, call.version)}/generate_stream`;
    const connect = () => session.exchangeOk(path, call, deadline, messageOf(request, deadline.remainingMs()));
    deadline.check();
    yield* withSettle(session.circuit.enter(), framesWithRetries(session, connect, deadline));
  } finally {
    deadline.end();
  }
}
