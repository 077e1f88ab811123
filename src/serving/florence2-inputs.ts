import * as z from "zod";
import type { Decoding } from "../inference/backend.ts";
import type { Parameters } from "../inference/protocol/datatypes.ts";
import { countNamed, tensorNamed, textsOf } from "./inputs.ts";
import type { SentImage } from "./pictures.ts";
import type { InputMetadata, ModelRequest } from "./served-model.ts";
import { ServingFailure } from "./serving-failure.ts";

/** Most prompts of one request: the API's `labels` have 64, and a fifth task more is seldom asked. */
export const MAX_PROMPTS = 128;

/** Most beams: papers use five, and each one more costs a row of the decoder. */
export const MAX_BEAMS = 16;

/** What both models take of a picture and its prompts. */
export const pictureInputs: readonly InputMetadata[] = [
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

/** The prompts of a request. Throws `invalid-request` where there are none or too many. */
export function sentPrompts({ inputs }: ModelRequest): readonly string[] {
  return checkedPrompts(textsOf(inputs, "prompt"));
}

/** Throws `invalid-request` where there are none or too many. */
export function checkedPrompts(prompts: readonly string[]): readonly string[] {
  if (prompts.length >= 1 && prompts.length <= MAX_PROMPTS) return prompts;
  throw new ServingFailure("invalid-request", `${prompts.length} prompts were sent; send 1 to ${MAX_PROMPTS}.`);
}

const rules = z.object({
  no_repeat_ngram_size: z.int().nonnegative().optional(),
  early_stopping: z.union([z.boolean(), z.literal("never")]).optional(),
  length_penalty: z.number().optional(),
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
