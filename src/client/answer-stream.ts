import type { Deadline } from "../inference/protocol/deadline.ts";
import { isFields } from "../inference/protocol/fields.ts";
import { readEvents } from "../inference/protocol/sse.ts";
import { chunksOf, discard } from "../inference/protocol/transport.ts";
import type { AnswerEvent } from "./contract.ts";
import { FlorenceError, florenceErrorOf } from "./florence-error.ts";
import { parseJson } from "./json.ts";
import { problemError } from "./problem-reply.ts";

/** Most bytes of an answer, and characters of the event that holds it: a drawing has the picture as base64, 14 MB of the largest one, and the worst masks of 64 labels were 16. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

const EVENT_STREAM = /^text\/event-stream\s*(?:;|$)/iu;

/** The server is taken at its word, here as in every answer: the types are its contract's. */
function isEvent(value: unknown): value is AnswerEvent {
  return isFields(value) && typeof value["type"] === "string";
}

const noEvent = (): FlorenceError =>
  new FlorenceError("invalid-response", "The stream holds an event that is no event of an answer.");

/** The events up to `done`; an `error` is thrown. */
async function* answerEvents(response: Response, deadline: Deadline): AsyncGenerator<AnswerEvent, void, void> {
  try {
    for await (const { data } of readEvents(chunksOf(response, deadline), MAX_ANSWER_BYTES)) {
      const event = parseJson(data);
      if (!isEvent(event)) throw noEvent();
      if (event.type === "error") throw problemError(event.problem) ?? noEvent();
      yield event;
      if (event.type === "done") return;
    }
  } catch (thrown) {
    throw florenceErrorOf(thrown) ?? thrown;
  }
  throw new FlorenceError("connection-failed", "The stream ended before the answer did.");
}

async function* continued(
  first: IteratorResult<AnswerEvent, void>,
  rest: AsyncGenerator<AnswerEvent, void, void>,
  deadline: Deadline,
): AsyncGenerator<AnswerEvent, void, void> {
  try {
    if (first.done !== true) yield first.value;
    yield* rest;
  } finally {
    await rest.return();
    deadline.end();
  }
}

/**
 * A response as the events of an answer. The first has come when this resolves: until then a failure may still be met with another
 * attempt, afterwards it is thrown where the events are read. Whoever stops early lets go of the connection.
 */
export async function openStream(response: Response, deadline: Deadline): Promise<AsyncIterable<AnswerEvent>> {
  if (!EVENT_STREAM.test(response.headers.get("content-type") ?? "")) {
    discard(response);
    throw new FlorenceError("invalid-response", "The server does not stream.", { status: response.status });
  }
  const events = answerEvents(response, deadline);
  return continued(await events.next(), events, deadline);
}
