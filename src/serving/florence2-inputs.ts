import * as z from "zod";
import { Problem } from "../contract/problems.ts";
import { type Decoding, MAX_PROMPTS } from "../inference/backend.ts";
import type { Parameters } from "../inference/protocol/datatypes.ts";
import { countNamed, tensorNamed, textsOf } from "./inputs.ts";
import type { SentImage } from "./with-image.ts";
import type { InputMetadata, ModelRequest } from "./served-model.ts";
import { ServingFailure } from "./serving-failure.ts";

/**
 * Longest prompt in characters: the API's longest text and the sentence around it, twenty for each token that a prompt may have.
 * The tokenizer reads two a microsecond, in the thread that everybody waits for.
 */
export const MAX_PROMPT_LENGTH = 10_000;

/** Most beams: papers use five, and each one more costs a row of the decoder. */
export const MAX_BEAMS = 16;

/** What both models take of a picture and its prompts. */
export const imageInputs: readonly InputMetadata[] = [
  { name: "image", datatype: "BYTES", shape: [1], isOptional: true },
  { name: "image_digest", datatype: "BYTES", shape: [1], isOptional: true },
  { name: "prompt", datatype: "BYTES", shape: [-1] },
];

/** What only a model that writes takes. */
export const decodingInputs: readonly InputMetadata[] = [
  { name: "max_new_tokens", datatype: "INT32", shape: [1], isOptional: true },
  { name: "num_beams", datatype: "INT32", shape: [1], isOptional: true },
];

/** The picture of a request. */
export function sentImage({ inputs }: ModelRequest): SentImage {
  const [digest] = textsOf(inputs, "image_digest");
  return { bytes: tensorNamed(inputs, "image", "BYTES")?.data[0], digest };
}

/** The prompts of a request. Throws as `checkedPrompts`. */
export function sentPrompts({ inputs }: ModelRequest): readonly string[] {
  return checkedPrompts(textsOf(inputs, "prompt"));
}

/** Throws `invalid-request` where there are none or too many, and `prompt-too-long`. */
export function checkedPrompts(prompts: readonly string[]): readonly string[] {
  if (prompts.length < 1 || prompts.length > MAX_PROMPTS) {
    throw new ServingFailure("invalid-request", `${prompts.length} prompts were sent; send 1 to ${MAX_PROMPTS}.`);
  }
  const longest = Math.max(...prompts.map(({ length }) => length));
  if (longest <= MAX_PROMPT_LENGTH) return prompts;
  throw new Problem("prompt-too-long", `A prompt has ${longest} characters; send at most ${MAX_PROMPT_LENGTH}.`);
}

/** Largest length penalty either way: papers use 0.6 to 2, and a length to the power of hundreds is no number any more. */
export const MAX_LENGTH_PENALTY = 10;

const rules = z.object({
  no_repeat_ngram_size: z.int().nonnegative().optional(),
  early_stopping: z.union([z.boolean(), z.literal("never")]).optional(),
  length_penalty: z.number().min(-MAX_LENGTH_PENALTY).max(MAX_LENGTH_PENALTY).optional(),
});

/** The rules that travel as parameters. Throws `invalid-request`. */
export function sentRules(parameters: Parameters): Decoding {
  const result = rules.safeParse(parameters);
  if (!result.success) throw new ServingFailure("invalid-request", z.prettifyError(result.error));
  const {
    no_repeat_ngram_size: noRepeatNgramSize,
    early_stopping: earlyStopping,
    length_penalty: lengthPenalty,
  } = result.data;
  return { noRepeatNgramSize, earlyStopping, lengthPenalty };
}

/** How a request wants to be decoded; `positions` are what the decoder can write. */
export function sentDecoding({ inputs, parameters }: ModelRequest, positions: number): Decoding {
  return {
    ...sentRules(parameters),
    maxNewTokens: countNamed(inputs, "max_new_tokens", positions),
    beams: countNamed(inputs, "num_beams", MAX_BEAMS),
  };
}
