import { verdictOf, InferenceFailure } from "./failure.ts";
import type { Settle } from "./circuit.ts";
import type { Deadline } from "./deadline.ts";
import type { Parameters } from "./datatypes.ts";
import { serverErrorOf } from "./error-reply.ts";
import { isFields } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { withTimeout } from "./infer.ts";
import { modelPath } from "./addresses.ts";
import type { CallOptions, Message, Session } from "./session.ts";
import { readEvents } from "./sse.ts";
import { chunksOf, discard } from "./transport.ts";

/** The body of `POST /v2/models/{model}/generate_stream`: JSON; `text_input` and whatever else the model takes. */
export type GenerateRequest = Readonly<Record<string, unknown>> & { readonly parameters?: Parameters | undefined };

/** A stream whose first frame is here, or that ended without one. */
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
  throw new InferenceFailure("stream-error", `The stream says: ${message}`, { code, words: message });
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

/** Passes frames on, and says how it ended. */
async function* settled(settle: Settle, frames: AsyncIterable<Fields>): AsyncGenerator<Fields, void> {
  try {
    yield* frames;
  } catch (thrown) {
    settle(verdictOf(thrown));
    throw thrown;
  } finally {
    // The end, or a caller who has had enough: either way the server has worked.
    settle("for");
  }
}

/** Attempts until the first frame is here, then all frames. */
async function* attemptedFrames(
  session: Session,
  connect: () => Promise<Response>,
  deadline: Deadline,
): AsyncGenerator<Fields, void> {
  yield* framesFrom(await session.repeat(deadline, () => open(connect, deadline)));
}

/** Frames as they come. Attempts are repeated until the first frame is here; after that a failure is the caller's to handle. */
export async function* streamFrames(
  session: Session,
  model: string,
  request: GenerateRequest,
  call: CallOptions,
): AsyncGenerator<Fields, void> {
  const deadline = session.begin(call, session.timeouts.callMs);
  try {
    const path = `${modelPath(model, call.version)}/generate_stream`;
    const connect = () => session.demand(path, call, deadline, messageOf(request, deadline.remainingMs()));
    deadline.check();
    yield* settled(session.circuit.enter(), attemptedFrames(session, connect, deadline));
  } finally {
    deadline.end();
  }
}
