import * as z from "zod";
import type { GenerateRequest, Generation, GenerationEvent } from "../inference/backend.ts";
import type { InferenceClient } from "../inference/protocol/client.ts";
import { encodeBase64 } from "../inference/protocol/base64.ts";
import { InferenceFailure } from "../inference/protocol/failure.ts";
import type { CallOptions } from "../inference/protocol/session.ts";
import { models, decodingParameters } from "../inference/wire.ts";

const count = z.int().nonnegative();

/** Fields of every frame; our backend sets `parameters` in the first frame of each prompt. */
const common = { index: count, parameters: z.record(z.string(), z.unknown()).nullish() };
const TokenFrame = z.object({
  ...common,
  text_output: z.string().default(""),
  token_ids: z.array(count),
  token_logprobs: z.array(z.number().max(0)),
});
const LastFrame = z.object({
  ...common,
  text: z.string(),
  token_count: count,
  prompt_token_count: count,
  finish_reason: z.enum(["stop", "length"]),
});
const Frame = z.union([LastFrame, TokenFrame]);

/** Throws `ModelChanged` if the parameters name a model other than the requested one. */
export type CheckModel = (parameters: Readonly<Record<string, unknown>>) => void;

/** A generation in progress. */
interface PartialGeneration {
  readonly tokenIds: number[];
  readonly tokenLogprobs: number[];
  text: string;
}

function malformed(what: string): InferenceFailure {
  return new InferenceFailure("malformed", `The stream ${what}.`);
}

function bodyOf({ image, prompts, decoding, ...request }: GenerateRequest) {
  return {
    text_input: prompts,
    image: encodeBase64(image.bytes),
    ...(image.scope !== undefined && { image_scope: image.scope }),
    ...(decoding.maxNewTokens !== undefined && { max_new_tokens: decoding.maxNewTokens }),
    ...(decoding.beams !== undefined && { num_beams: decoding.beams }),
    parameters: decodingParameters({ image, prompts, decoding, ...request }),
  };
}

/**
 * Completes a generation with its last frame. Throws `malformed` unless the token count matches and the streamed text is a prefix of the full
 * text: a lost token would make the result wrong.
 */
function completed(
  { tokenIds, tokenLogprobs, text: streamedText }: PartialGeneration,
  last: z.infer<typeof LastFrame>,
): Generation {
  const { length } = tokenIds;
  if (length !== last.token_count) throw malformed(`lost tokens: ${length} of ${last.token_count} came`);
  if (!last.text.startsWith(streamedText)) throw malformed("ended with a text that differs from the streamed text");
  const { text, finish_reason: finishReason, prompt_token_count: promptTokens } = last;
  return { tokenIds, tokenLogprobs, text, finishReason, promptTokens };
}

function* eventsOf(
  frame: unknown,
  pending: Map<number, PartialGeneration>,
  check: CheckModel,
): Generator<GenerationEvent> {
  const result = Frame.safeParse(frame);
  const partial = pending.get(result.data?.index ?? -1);
  if (!result.success || partial === undefined) throw malformed("has an event of an unknown kind");
  const { data } = result;
  check(data.parameters ?? {});
  if ("finish_reason" in data) {
    pending.delete(data.index);
    yield { type: "done", prompt: data.index, generation: completed(partial, data) };
    return;
  }
  if (data.token_ids.length !== data.token_logprobs.length) throw malformed("has tokens without probabilities");
  partial.text += data.text_output;
  for (const [index, id] of data.token_ids.entries()) {
    const logprob = data.token_logprobs[index] ?? 0;
    partial.tokenIds.push(id);
    partial.tokenLogprobs.push(logprob);
    // A frame of several tokens has one text: emit it with the last token, when the probabilities of all are known.
    const text = index === data.token_ids.length - 1 ? data.text_output : "";
    yield { type: "token", prompt: data.index, id, logprob, text };
  }
}

/**
 * Yields the events of `generate_stream` of `florence2`. Throws `InferenceFailure`, also for a stream that ends before every generation is
 * complete, and whatever `check` throws.
 */
export async function* streamedEvents(
  client: InferenceClient,
  request: GenerateRequest,
  check: CheckModel,
  call: CallOptions,
): AsyncGenerator<GenerationEvent> {
  const pending = new Map(
    request.prompts.map((_, index): [number, PartialGeneration] => [
      index,
      { tokenIds: [], tokenLogprobs: [], text: "" },
    ]),
  );
  const frames = client.generateStream(models.florence2, bodyOf(request), call);
  for await (const frame of frames) yield* eventsOf(frame, pending, check);
  if (pending.size > 0) throw malformed(`ended before ${pending.size} of ${request.prompts.length} answers`);
}
