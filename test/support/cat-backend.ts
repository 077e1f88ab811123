import { encodeReply } from "../../src/inference/protocol/binary-extension.ts";
import type { NamedTensor } from "../../src/inference/protocol/datatypes.ts";
import { bytes, int32 } from "./fake-client.ts";
import { type Behaviour, respond } from "./hostile-backend.ts";
import { valueOf } from "./protocol-tensors.ts";

/** The path of inference requests to `florence2`. */
export const inferPath = "/v2/models/florence2/infer";

/** The path of stream requests to `florence2`. */
export const streamPath = "/v2/models/florence2/generate_stream";

const description = {
  model_id: "m",
  revision: "r",
  dtype: "fp32",
  image_size: 256,
  first_location_id: 705,
  generate_stream: true,
};

/** The behaviour for the metadata path of `florence2`. */
export const describedPaths: Readonly<Record<string, Behaviour>> = {
  "/v2/models/florence2": respond(
    "200 OK",
    JSON.stringify({
      name: "florence2",
      versions: ["1"],
      platform: "",
      inputs: [],
      outputs: [],
      parameters: description,
    }),
  ),
};

/** The tensors of a valid answer to one prompt. */
export const catOutputs: readonly NamedTensor[] = [
  bytes("text", ["<s>a cat</s>"]),
  { name: "token_ids", datatype: "INT64", shape: [1, 2], data: BigInt64Array.of(0n, 2n) },
  { name: "token_logprobs", datatype: "FP32", shape: [1, 2], data: Float32Array.of(0, -1) },
  int32("token_count", [2]),
];

/** Replies with these tensors, without the last `cut` bytes. */
export function replyOf(tensors: readonly NamedTensor[], cut = 0): Behaviour {
  const { body, headers } = valueOf(encodeReply({ modelName: "florence2", outputs: tensors }, () => true));
  return respond(
    "200 OK",
    body.subarray(0, body.length - cut),
    Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  );
}

/** A valid reply with the text "a cat". */
export const catReply = replyOf(catOutputs);
