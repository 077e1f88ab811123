import * as z from "zod";
import { excerpt } from "../bytes/excerpt.ts";
import { Problem } from "../contract/problems.ts";
import { type Decoding, MAX_PROMPTS } from "../inference/backend.ts";
import type { Parameters } from "../inference/protocol/datatypes.ts";
import { countInput, tensorNamed, textsOf } from "./inputs.ts";
import type { ImageInputs } from "./with-image.ts";
import type { InputMetadata, ModelRequest } from "./served-model.ts";
import { ServingFailure } from "./serving-failure.ts";

/**
 * Maximum prompt length in characters: enough for the API's longest text with its prompt template, and twenty
 * characters for each token of the longest prompt. The tokenizer processes two characters per microsecond, in the
 * thread that all requests share.
 */
export const MAX_PROMPT_LENGTH = 10_000;

/** Maximum number of beams: papers use five, and each further beam costs a row of the decoder. */
export const MAX_BACKEND_BEAMS = 16;

/** Image and prompt inputs, which both models have. */
export const imageInputs: readonly InputMetadata[] = [
  { name: "image", datatype: "BYTES", shape: [1], isOptional: true },
  { name: "image_digest", datatype: "BYTES", shape: [1], isOptional: true },
  { name: "image_scope", datatype: "BYTES", shape: [1], isOptional: true },
  { name: "prompt", datatype: "BYTES", shape: [-1] },
];

/** Decoding inputs, which only a model that generates text has. */
export const decodingInputs: readonly InputMetadata[] = [
  { name: "max_new_tokens", datatype: "INT32", shape: [1], isOptional: true },
  { name: "num_beams", datatype: "INT32", shape: [1], isOptional: true },
];

/** Maximum length of an image's scope, in characters: a digest has 64. */
export const MAX_SCOPE_LENGTH = 64;

/** Returns `scope` if it is valid. Throws `invalid-request` for a long one, which would be part of a key of the cache. */
export function checkedScope(scope: string | undefined): string | undefined {
  if ((scope?.length ?? 0) <= MAX_SCOPE_LENGTH) return scope;
  throw new ServingFailure("invalid-request", `image_scope may have ${MAX_SCOPE_LENGTH} characters.`);
}

/** Returns the image of a request: its file, its digest, or both. */
export function sentImage({ inputs }: ModelRequest): ImageInputs {
  const [digest] = textsOf(inputs, "image_digest");
  const [scope] = textsOf(inputs, "image_scope");
  return { bytes: tensorNamed(inputs, "image", "BYTES")?.data[0], digest, scope: checkedScope(scope) };
}

/** Returns the prompts of a request. Throws as `checkedPrompts` does. */
export function sentPrompts({ inputs }: ModelRequest): readonly string[] {
  return checkedPrompts(textsOf(inputs, "prompt"));
}

/** Returns `prompts` if they are valid. Throws `invalid-request` if there are none or too many, and `prompt-too-long`. */
export function checkedPrompts(prompts: readonly string[]): readonly string[] {
  if (prompts.length < 1 || prompts.length > MAX_PROMPTS) {
    throw new ServingFailure("invalid-request", `${prompts.length} prompts were sent; send 1 to ${MAX_PROMPTS}.`);
  }
  const longest = Math.max(...prompts.map(({ length }) => length));
  if (longest <= MAX_PROMPT_LENGTH) return prompts;
  throw new Problem("prompt-too-long", `A prompt has ${longest} characters; send at most ${MAX_PROMPT_LENGTH}.`);
}

/** Maximum absolute length penalty: papers use 0.6 to 2, and a length to the power of hundreds overflows. */
export const MAX_LENGTH_PENALTY = 10;

const rules = z.object({
  no_repeat_ngram_size: z.int().nonnegative().optional(),
  early_stopping: z.union([z.boolean(), z.literal("never")]).optional(),
  length_penalty: z.number().min(-MAX_LENGTH_PENALTY).max(MAX_LENGTH_PENALTY).optional(),
});

/** Parses the decoding options in the request parameters. Throws `invalid-request`. */
export function sentRules(parameters: Parameters): Decoding {
  const result = rules.safeParse(parameters);
  if (!result.success) throw new ServingFailure("invalid-request", excerpt(z.prettifyError(result.error)));
  const {
    no_repeat_ngram_size: noRepeatNgramSize,
    early_stopping: earlyStopping,
    length_penalty: lengthPenalty,
  } = result.data;
  return { noRepeatNgramSize, earlyStopping, lengthPenalty };
}

/** Returns the decoding options of a request; `positions` limits `max_new_tokens`. Throws `invalid-request`. */
export function sentDecoding({ inputs, parameters }: ModelRequest, positions: number): Decoding {
  return {
    ...sentRules(parameters),
    maxNewTokens: countInput(inputs, "max_new_tokens", positions),
    beams: countInput(inputs, "num_beams", MAX_BACKEND_BEAMS),
  };
}
