import * as z from "zod";
import type { GenerateRequest, Generation, GenerationEvent } from "../inference/backend.ts";
import type { InferenceClient } from "../inference/protocol/client.ts";
import { encodeBase64 } from "../inference/protocol/base64.ts";
import { InferenceFailure } from "../inference/protocol/failure.ts";
import type { CallOptions } from "../inference/protocol/session.ts";
import { models, decodingParameters } from "../inference/wire.ts";

const count = z.int().nonnegative();

/** What every frame has, and what our backend's first of each prompt has besides. */
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

/** Throws where the parameters name another model than the one that was asked for. */
export type CheckModel = (parameters: Readonly<Record<string, unknown>>) => void;

/** One answer as far as it has come. */
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
    ...(decoding.maxNewTokens !== undefined && { max_new_tokens: decoding.maxNewTokens }),
    ...(decoding.beams !== undefined && { num_beams: decoding.beams }),
    parameters: decodingParameters({ image, prompts, decoding, ...request }),
  };
}

/** The tokens that came must be those that the last frame counts, and their text what its text begins with: one that was lost on the way is a wrong answer. */
function finish(
  { tokenIds, tokenLogprobs, text: told }: PartialGeneration,
  last: z.infer<typeof LastFrame>,
): Generation {
  const { length } = tokenIds;
  if (length !== last.token_count) throw malformed(`lost tokens: ${length} of ${last.token_count} came`);
  if (!last.text.startsWith(told)) throw malformed("told another text than it ends with");
  const { text, finish_reason: finishReason, prompt_token_count: promptTokens } = last;
  return { tokenIds, tokenLogprobs, text, finishReason, promptTokens };
}

function* eventsOf(
  frame: unknown,
  answers: Map<number, PartialGeneration>,
  check: CheckModel,
): Generator<GenerationEvent> {
  const result = Frame.safeParse(frame);
  const writing = answers.get(result.data?.index ?? -1);
  if (!result.success || writing === undefined) throw malformed("has an event that is none of its kinds");
  const { data } = result;
  check(data.parameters ?? {});
  if ("finish_reason" in data) {
    answers.delete(data.index);
    yield { type: "done", prompt: data.index, generation: finish(writing, data) };
    return;
  }
  if (data.token_ids.length !== data.token_logprobs.length) throw malformed("has tokens without probabilities");
  writing.text += data.text_output;
  for (const [at, id] of data.token_ids.entries()) {
    const logprob = data.token_logprobs[at] ?? 0;
    writing.tokenIds.push(id);
    writing.tokenLogprobs.push(logprob);
    // A frame of several tokens has one text: it comes with the last of them, when all their probabilities are known.
    const text = at === data.token_ids.length - 1 ? data.text_output : "";
    yield { type: "token", prompt: data.index, id, logprob, text };
  }
}

/** `generate_stream` of `florence2` as events. Throws `InferenceFailure`, also for a stream that ends before every answer has, and as `check`. */
export async function* streamedEvents(
  client: InferenceClient,
  request: GenerateRequest,
  check: CheckModel,
  call: CallOptions,
): AsyncGenerator<GenerationEvent> {
  const answers = new Map(
    request.prompts.map((_, index): [number, PartialGeneration] => [
      index,
      { tokenIds: [], tokenLogprobs: [], text: "" },
    ]),
  );
  const frames = client.generateStream(models.florence2, bodyOf(request), call);
  for await (const frame of frames) yield* eventsOf(frame, answers, check);
  if (answers.size > 0) throw malformed(`ended before ${answers.size} of ${request.prompts.length} answers`);
}
