import { generationUnits } from "../contract/work-units.ts";
import type { Generation, GenerationEvent } from "../inference/backend.ts";
import type { NamedTensor } from "../inference/protocol/datatypes.ts";
import { decodingInputs, imageInputs, sentDecoding, sentImage, sentPrompts } from "./florence2-inputs.ts";
import type { Florence2Options } from "./florence2-options.ts";
import { createFlorence2Stream } from "./florence2-stream.ts";
import { textTensor } from "../inference/wire.ts";
import { float32Rows, int32Column, int64Rows } from "./rows.ts";
import type { ServedModel, TensorMetadata } from "./served-model.ts";

/** Name of the model in the protocol, the same for every size. */
export const FLORENCE2 = "florence2";

/** Token id of BART's `<pad>`, which pads shorter rows. */
const PAD = 1;

const outputs: readonly TensorMetadata[] = [
  { name: "text", datatype: "BYTES", shape: [-1] },
  { name: "token_ids", datatype: "INT64", shape: [-1, -1] },
  { name: "token_logprobs", datatype: "FP32", shape: [-1, -1] },
  { name: "token_count", datatype: "INT32", shape: [-1] },
  { name: "prompt_token_count", datatype: "INT32", shape: [-1] },
  { name: "finish_reason", datatype: "BYTES", shape: [-1] },
];

function tensorsOf(generations: readonly Generation[]): readonly NamedTensor[] {
  const ids = generations.map(({ tokenIds }) => tokenIds);
  const logprobs = generations.map(({ tokenLogprobs }) => tokenLogprobs);
  return [
    textTensor(
      "text",
      generations.map(({ text }) => text),
    ),
    int64Rows("token_ids", ids, PAD),
    float32Rows("token_logprobs", logprobs),
    int32Column(
      "token_count",
      ids.map(({ length }) => length),
    ),
    int32Column(
      "prompt_token_count",
      generations.map(({ promptTokens }) => promptTokens),
    ),
    textTensor(
      "finish_reason",
      generations.map(({ finishReason }) => finishReason),
    ),
  ];
}

/** Creates the model `florence2`: image and prompts in, text out. */
export function createFlorence2Model(options: Florence2Options): ServedModel {
  const { engine, withImage, description, positions } = options;
  const { domain, imageSize, firstLocationId } = description;
  return {
    name: FLORENCE2,
    inputs: [...imageInputs, ...decodingInputs],
    outputs,
    parameters: {
      ...(domain !== undefined && { domain }),
      image_size: imageSize,
      first_location_id: firstLocationId,
      generate_stream: true,
    },
    infer: async (request, { signal, caller, admit }) => {
      const prompts = sentPrompts(request);
      const decoding = sentDecoding(request, positions);
      const sent = sentImage(request);
      const generations: Generation[] = [];
      const onEvent = (event: GenerationEvent): void => {
        if (event.type === "done") generations[event.prompt] = event.generation;
      };
      const times = await admit(generationUnits(prompts.length, decoding), () =>
        withImage(sent, (image) => engine.generate({ ...image, prompts, decoding, caller }, onEvent, signal), {
          caller,
          signal,
        }),
      );
      const tokens = generations.reduce((sum, { tokenIds }) => sum + tokenIds.length, 0);
      return { outputs: tensorsOf(generations), times, tokens };
    },
    stream: createFlorence2Stream(FLORENCE2, options),
  };
}
