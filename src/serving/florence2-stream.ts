import * as z from "zod";
import { excerpt } from "../bytes/excerpt.ts";
import { generationUnits } from "../contract/work-units.ts";
import { decodeBase64 } from "../image/base64.ts";
import type { GenerationEvent, ModelIdentity } from "../inference/backend.ts";
import { identityParameters } from "../inference/model-identity.ts";
import { checkedPrompts, checkedScope, MAX_BACKEND_BEAMS, sentRules } from "./florence2-inputs.ts";
import type { Florence2Options } from "./florence2-options.ts";
import type { ImageInputs } from "./with-image.ts";
import { MODEL_VERSION, type ServedModel, type StreamFrame } from "./served-model.ts";
import { ServingFailure } from "./serving-failure.ts";

const parameterValue = z.union([z.string(), z.number(), z.boolean()]);

/** Body of `generate_stream`; unknown fields are ignored, as Triton does. */
const StreamBody = z.object({
  text_input: z.union([z.string(), z.array(z.string())]),
  image: z.string().optional(),
  image_digest: z.string().optional(),
  image_scope: z.string().optional(),
  max_new_tokens: z.int().min(1).optional(),
  num_beams: z.int().min(1).max(MAX_BACKEND_BEAMS).optional(),
  parameters: z.record(z.string(), parameterValue).optional(),
});

type StreamBody = z.infer<typeof StreamBody>;

function parseBody(body: unknown, positions: number): StreamBody {
  const result = StreamBody.safeParse(body);
  if (!result.success) throw new ServingFailure("invalid-request", excerpt(z.prettifyError(result.error)));
  if ((result.data.max_new_tokens ?? 1) <= positions) return result.data;
  throw new ServingFailure("invalid-request", `max_new_tokens must be from 1 to ${positions}.`);
}

function imageOf({ image, image_digest: digest, image_scope: sent }: StreamBody): ImageInputs {
  const scope = checkedScope(sent);
  if (image === undefined) return { bytes: undefined, digest, scope };
  const bytes = decodeBase64(image);
  if (bytes === undefined) throw new ServingFailure("invalid-request", "image is not base64.");
  return { bytes, digest, scope };
}

/**
 * Creates the function that converts events to frames. The `text_output` of all frames of a prompt concatenate to its `text`. The first frame
 * of each prompt names the model, so that the client detects another model before it reads any text.
 */
function createFrames(name: string, identity: ModelIdentity) {
  /** Length of the text emitted so far, by prompt. */
  const emittedLengths = new Map<number, number>();
  return (event: GenerationEvent): StreamFrame => {
    const { prompt } = event;
    const named = emittedLengths.has(prompt) ? {} : { parameters: identityParameters(identity) };
    const common = { model_name: name, model_version: MODEL_VERSION, ...named, index: prompt };
    const emitted = emittedLengths.get(prompt) ?? 0;
    if (event.type === "token") {
      const { id, logprob, text } = event;
      emittedLengths.set(prompt, emitted + text.length);
      return { ...common, text_output: text, token_ids: [id], token_logprobs: [logprob] };
    }
    const { text, tokenIds, promptTokens, finishReason } = event.generation;
    const counts = { token_count: tokenIds.length, prompt_token_count: promptTokens };
    return { ...common, text_output: text.slice(emitted), text, ...counts, finish_reason: finishReason };
  };
}

/** Creates the `generate_stream` handler of `florence2`. */
export function createFlorence2Stream(name: string, options: Florence2Options): NonNullable<ServedModel["stream"]> {
  const { engine, withImage, description, positions } = options;
  return async (body, emit, { signal, caller, admit }) => {
    const request = parseBody(body, positions);
    const { text_input: texts, max_new_tokens: maxNewTokens, num_beams: beams, parameters = {} } = request;
    const prompts = checkedPrompts(typeof texts === "string" ? [texts] : texts);
    const decoding = { ...sentRules(parameters), maxNewTokens, beams };
    const frameOf = createFrames(name, description);
    let tokens = 0;
    const onEvent = (event: GenerationEvent): void => {
      if (event.type === "done") tokens += event.generation.tokenIds.length;
      emit(frameOf(event));
    };
    const job = { prompts, decoding, caller, stream: true };
    const sent = imageOf(request);
    const times = await admit(generationUnits(prompts.length, decoding), () =>
      withImage(sent, (image) => engine.generate({ ...image, ...job }, onEvent, signal), { caller, signal }),
    );
    return { times, tokens };
  };
}
