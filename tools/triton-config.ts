import type { InferenceSession } from "onnxruntime-node";

type TensorMetadata = Extract<InferenceSession.ValueMetadata, { readonly isTensor: true }>;

/** Triton's names of the tensor types in Florence-2's graphs, for every exported precision. */
const tritonTypes: Readonly<Record<string, string>> = {
  bool: "TYPE_BOOL",
  float16: "TYPE_FP16",
  float32: "TYPE_FP32",
  int64: "TYPE_INT64",
};

/** The most rows in one batch. Not measured on a GPU: find the best value for yours with Triton's perf_analyzer. */
const MAX_BATCH_SIZE = 8;

/** Batch sizes that start immediately instead of waiting for more rows. */
const PREFERRED_BATCH_SIZES = [4, MAX_BATCH_SIZE];

/** How long a row waits for others: well below the duration of one run of the graph. */
const MAX_QUEUE_DELAY_MICROSECONDS = 2000;

/** The most rows in the queue. Further ones get 503 at once, so that the caller can try another server. A request's own `timeout` limits its wait. */
const MAX_QUEUE_SIZE = 64;

function tensorsOf(metadata: readonly InferenceSession.ValueMetadata[]): readonly TensorMetadata[] {
  return metadata.flatMap((each) => {
    if (!each.isTensor) throw new TypeError(`${each.name} is not a tensor.`);
    return [each];
  });
}

/** A dimension as Triton writes it: -1 if it is symbolic in the graph. */
function dimension(size: number | string): number {
  return typeof size === "number" ? size : -1;
}

function tensorText({ name, type, shape }: TensorMetadata, isBatched: boolean): string {
  const tritonType = tritonTypes[type];
  if (tritonType === undefined) throw new TypeError(`${name} is ${type}, which Florence-2's graphs do not have.`);
  const dims = shape.slice(isBatched ? 1 : 0).map(dimension);
  return `  { name: "${name}" data_type: ${tritonType} dims: [ ${dims.join(", ")} ] }`;
}

/**
 * Returns `config.pbtxt` of a graph. Triton may batch a graph if the first dimension of every tensor is symbolic. The merged
 * decoder cannot be batched: `use_cache_branch` has no rows, and the pasts of one batch must be equally long.
 */
export function tritonConfig(
  name: string,
  inputs: readonly InferenceSession.ValueMetadata[],
  outputs: readonly InferenceSession.ValueMetadata[],
): string {
  const tensors = [...tensorsOf(inputs), ...tensorsOf(outputs)];
  const isBatched = tensors.every(({ shape: [rows] }) => typeof rows === "string");
  const list = (values: readonly InferenceSession.ValueMetadata[]) =>
    tensorsOf(values)
      .map((tensor) => tensorText(tensor, isBatched))
      .join(",\n");
  const batching = `dynamic_batching {
  preferred_batch_size: [ ${PREFERRED_BATCH_SIZES.join(", ")} ]
  max_queue_delay_microseconds: ${MAX_QUEUE_DELAY_MICROSECONDS}
  default_queue_policy { timeout_action: REJECT allow_timeout_override: true max_queue_size: ${MAX_QUEUE_SIZE} }
}
`;
  return `name: "${name}"
backend: "onnxruntime"
default_model_filename: "model.onnx"
max_batch_size: ${isBatched ? MAX_BATCH_SIZE : 0}
${isBatched ? batching : ""}instance_group [ { kind: KIND_AUTO count: 1 } ]
version_policy { latest { num_versions: 1 } }
input [
${list(inputs)}
]
output [
${list(outputs)}
]
`;
}
