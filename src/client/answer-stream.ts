import type { Deadline } from "../inference/protocol/deadline.ts";
import { isFields } from "../inference/protocol/fields.ts";
import { readEvents } from "../inference/protocol/sse.ts";
import { chunksOf, discard, type HttpRequest } from "../inference/protocol/transport.ts";
import type { AnswerEvent } from "./contract.ts";
import { FlorenceError, florenceErrorOf } from "./florence-error.ts";
import { parseJson } from "./json.ts";
import { problemError } from "./problem-reply.ts";

/**
 * Maximum bytes of an answer, and maximum characters of the event that contains it: an SVG overlay embeds the image as base64, 14 MB for the
 * largest one, and the largest masks of 64 labels took 16 MB.
 */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

const EVENT_STREAM = /^text\/event-stream\s*(?:;|$)/iu;

/** Checks only that the value has a type: events, like all answers, are trusted to match the types of the contract. */
function isEvent(value: unknown): value is AnswerEvent {
  return isFields(value) && typeof value["type"] === "string";
}

const invalidEvent = (): FlorenceError =>
  new FlorenceError("invalid-response", "The stream contains an event that is not an answer event.");

/** Yields the events up to `done`, or to `charge` of an answer that was paid; throws the problem of an `error` event. */
async function* answerEvents(
  response: Response,
  deadline: Deadline,
  isPaid: boolean,
): AsyncGenerator<AnswerEvent, void, void> {
  let isDone = false;
  try {
    for await (const { data } of readEvents(chunksOf(response, deadline), MAX_ANSWER_BYTES)) {
      const event = parseJson(data);
      if (!isEvent(event)) throw invalidEvent();
      if (event.type === "error") throw problemError(event.problem) ?? invalidEvent();
      yield event;
      isDone ||= event.type === "done";
      if (event.type === "charge" || (isDone && !isPaid)) return;
    }
  } catch (thrown) {
    // The answer is whole; what it cost is also in the list of charges.
    if (isDone) return;
    throw florenceErrorOf(thrown) ?? thrown;
  }
  if (!isDone) throw new FlorenceError("connection-failed", "The stream ended before the answer did.");
}

/** Yields the first event and the rest. When the consumer stops, closes the connection and ends the deadline. */
async function* withFirst(
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
 * Opens a response as a stream of answer events. Resolves after the first event: until then a failure can still be retried; a later
 * failure is thrown to the reader of the events. A reader that stops early closes the connection. After `done`, only the answer to a request with a key is
 * read on: without one, nothing can have been paid.
 */
export async function openStream(
  response: Response,
  deadline: Deadline,
  { headers }: Pick<HttpRequest, "headers">,
): Promise<AsyncIterable<AnswerEvent>> {
  if (!EVENT_STREAM.test(response.headers.get("content-type") ?? "")) {
    discard(response);
    throw new FlorenceError("invalid-response", "The server does not stream.", { status: response.status });
  }
  const events = answerEvents(response, deadline, headers.has("authorization") || headers.has("x-api-key"));
  return withFirst(await events.next(), events, deadline);
}
