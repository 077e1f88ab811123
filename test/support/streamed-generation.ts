import * as fc from "fast-check";
import type { TaskOptions } from "../../src/contract/requests.ts";
import type { AnswerPart } from "../../src/contract/service.ts";
import type { TaskName } from "../../src/florence/tasks.ts";
import { formatted } from "../../src/forms/format-answer.ts";
import type { Image } from "../../src/image/image.ts";
import type { Generation, GenerationEvent, ModelDescription, TokenEvent } from "../../src/inference/backend.ts";
import { prepare } from "../../src/answering/prepare.ts";
import { parseAnswer } from "../../src/answering/parse-answer.ts";
import { createAnswerStream } from "../../src/answering/stream-answer.ts";
import { FIRST_LOCATION_ID } from "./fake-backend.ts";
import { cuts, tokenSoup } from "./token-soup.ts";

/** An image with arbitrary bytes; it is never decoded. */
export const image: Image = { bytes: Uint8Array.of(1), format: "png", width: 640, height: 480, digest: "d" };

const model: ModelDescription = {
  id: "m",
  revision: "1",
  dtype: "fp32",
  imageSize: 1,
  firstLocationId: FIRST_LOCATION_ID,
};

/** One token of an answer: its text and log-probability. A complete location gets its own id; a location in several pieces does not. */
export interface TokenPiece {
  readonly text: string;
  readonly logprob: number;
}

function tokenOf({ text, logprob }: TokenPiece, prompt: number): TokenEvent {
  const bin = /^<loc_(?<bin>\d{1,3})>$/u.exec(text)?.groups?.["bin"];
  return { type: "token", prompt, id: bin === undefined ? 7 : FIRST_LOCATION_ID + Number(bin), logprob, text };
}

/** Returns the events of one prompt. From index `withText` on, token events have no text, as for an incomplete character; `done` has it all. */
export function eventsOf(
  pieces: readonly TokenPiece[],
  prompt = 0,
  withText = pieces.length,
): readonly GenerationEvent[] {
  const tokens = pieces.map((piece) => tokenOf(piece, prompt));
  const generation: Generation = {
    tokenIds: tokens.map(({ id }) => id),
    tokenLogprobs: tokens.map(({ logprob }) => logprob),
    text: pieces.map(({ text }) => text).join(""),
    finishReason: "stop",
    promptTokens: 3,
  };
  const tokenEvents = tokens.map((token, at) => (at < withText ? token : { ...token, text: "" }));
  return [...tokenEvents, { type: "done", prompt, generation }];
}

/** Streams events and returns the parts emitted per event, the parts emitted at the end, and the answer without a stream. */
export function streamAll(task: TaskName, options: TaskOptions, events: readonly GenerationEvent[]) {
  const prepared = prepare(task, options, image);
  const answerStream = createAnswerStream(prepared, image);
  const emitted = events.map((event) => answerStream.push(event, model));
  const generations = prepared.prompts.flatMap((_, prompt) =>
    events.flatMap((event) => (event.type === "done" && event.prompt === prompt ? [event.generation] : [])),
  );
  const answer = formatted(parseAnswer(prepared, { image, generations, model }), options);
  const rest = answerStream.finish(answer);
  return { emitted, rest, answer, parts: [...emitted.flat(), ...rest] };
}

/** Merges the parts of a stream: the whole text, all objects with their indexes, and the final answers. */
export function sumOf(parts: readonly AnswerPart[]) {
  return {
    text: parts.flatMap((part) => (part.type === "delta" ? [part.text] : [])).join(""),
    objects: parts.flatMap((part) => (part.type === "object" ? [part.object] : [])),
    indexes: parts.flatMap((part) => (part.type === "object" ? [part.index] : [])),
    done: parts.flatMap((part) => (part.type === "done" ? [part.answer] : [])),
  };
}

const logprob = fc.double({ min: -5, max: 0, noNaN: true });

/** Random text as tokens: either each location is one token and words are split anywhere, or the whole text is split anywhere. */
const pieces: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 4, arbitrary: tokenSoup.map((text) => text.match(/<[^<>]*>|[^<]{1,3}|</gu) ?? []) },
  { weight: 1, arbitrary: cuts(tokenSoup) },
);

/** Any tokens of one prompt. */
export const anyTokenPieces: fc.Arbitrary<readonly TokenPiece[]> = pieces.chain((texts) =>
  fc
    .array(logprob, { minLength: texts.length, maxLength: texts.length })
    .map((logprobs) => texts.map((text, at) => ({ text, logprob: logprobs[at] ?? 0 }))),
);
