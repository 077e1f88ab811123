import { generationUnits } from "../contract/work-units.ts";
import type { Engine } from "../engine/engine.ts";
import type { NamedTensor } from "../inference/protocol/datatypes.ts";
import { type Float32Tensor, stackSequences } from "../runtime/tensors.ts";
import { imageInputs, sentImage, sentPrompts } from "./florence2-inputs.ts";
import type { WithImage } from "./with-image.ts";
import { int32Column } from "./rows.ts";
import type { ServedModel, TensorMetadata } from "./served-model.ts";

/** Name of the model in the protocol. */
export const FLORENCE2_ENCODER = "florence2_encoder";

/** Dependencies and options of the encoder model. */
export interface EncoderModelOptions {
  readonly engine: Pick<Engine, "encode">;
  readonly withImage: WithImage;
  /** Whether to offer the states as FP16 too: half the bytes to send, rounded to 11 significant bits. */
  readonly offersFp16: boolean;
}

const shape = [-1, -1, -1];
const states: TensorMetadata = { name: "last_hidden_state", datatype: "FP32", shape };
const halfStates: TensorMetadata = { name: "last_hidden_state_fp16", datatype: "FP16", shape };
const lengths: TensorMetadata = { name: "sequence_length", datatype: "INT32", shape: [-1] };
const promptLengths: TensorMetadata = { name: "prompt_token_count", datatype: "INT32", shape: [-1] };

function stateTensors(encoded: readonly Float32Tensor[]): readonly NamedTensor[] {
  const { data, dims } = stackSequences(encoded);
  return [
    { name: states.name, datatype: "FP32", shape: dims, data },
    { name: halfStates.name, datatype: "FP16", shape: dims, data },
  ];
}

/** Creates the model `florence2_encoder`: image and prompts in, encoder states out, for a decoder in another process. */
export function createEncoderModel({ engine, withImage, offersFp16 }: EncoderModelOptions): ServedModel {
  return {
    name: FLORENCE2_ENCODER,
    inputs: imageInputs,
    outputs: [states, ...(offersFp16 ? [halfStates] : []), lengths, promptLengths],
    infer: async (request, { signal, caller, admit }) => {
      const prompts = sentPrompts(request);
      const sent = sentImage(request);
      // Encoding a prompt is less than generating one token for each of its units.
      return admit(generationUnits(prompts.length, { beams: 1 }), () =>
        withImage(
          sent,
          async (image) => {
            const { states: encoded, promptTokens, times } = await engine.encode({ ...image, prompts, caller }, signal);
            const sequences = encoded.map(({ dims }) => dims[1] ?? 0);
            const outputs = [
              ...stateTensors(encoded),
              int32Column(lengths.name, sequences),
              int32Column(promptLengths.name, promptTokens),
            ];
            return { outputs, times, tokens: 0 };
          },
          { caller, signal },
        ),
      );
    },
  };
}
