import type { Tensor } from "./session.ts";

/** A float32 tensor. */
export type Float32Tensor = Extract<Tensor, { type: "float32" }>;

/**
 * Frees the buffers of `arrays` at once; the arrays must not be used again. Left to the garbage collector, the buffers of past
 * steps accumulate to many megabytes within one answer.
 */
export function free(arrays: Iterable<ArrayBufferView>): void {
  const buffers = new Set(Array.from(arrays, ({ buffer }) => buffer));
  for (const buffer of buffers) if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/** Number of elements in one row, that is, in one index of the first dimension. */
function rowSize({ dims }: Tensor): number {
  return dims.slice(1).reduce((size, dim) => size * dim, 1);
}

/** Returns the rows of a tensor, as views. */
export function rowsOf(tensor: Float32Tensor): readonly Float32Array[] {
  const size = rowSize(tensor);
  return Array.from({ length: tensor.dims[0] ?? 0 }, (_, row) => tensor.data.subarray(row * size, (row + 1) * size));
}

/** Copies rows of a tensor in the given order. A row may occur several times. */
export function selectRows(tensor: Float32Tensor, rows: readonly number[]): Float32Tensor {
  const size = rowSize(tensor);
  const data = new Float32Array(rows.length * size);
  for (const [to, from] of rows.entries()) data.set(tensor.data.subarray(from * size, (from + 1) * size), to * size);
  return { type: "float32", data, dims: [rows.length, ...tensor.dims.slice(1)] };
}

/** Splits a tensor into tensors of one row each. If it has one row, returns `tensor` itself, otherwise copies. */
export function splitRows(tensor: Float32Tensor): readonly Float32Tensor[] {
  const [rows = 0] = tensor.dims;
  return rows === 1 ? [tensor] : Array.from({ length: rows }, (_, row) => selectRows(tensor, [row]));
}

/** Concatenates tensors along the first axis; all other dimensions must be equal. Always a copy. */
export function stackRows(tensors: readonly Float32Tensor[]): Float32Tensor {
  const data = new Float32Array(tensors.reduce((sum, tensor) => sum + tensor.data.length, 0));
  let offset = 0;
  for (const tensor of tensors) {
    data.set(tensor.data, offset);
    offset += tensor.data.length;
  }
  const rows = tensors.reduce((sum, tensor) => sum + (tensor.dims[0] ?? 0), 0);
  return { type: "float32", data, dims: [rows, ...(tensors[0]?.dims.slice(1) ?? [])] };
}

/** Pads an axis with zeros at its end up to `length`. Returns the tensor itself if the axis is already that long. */
export function padAxis(tensor: Float32Tensor, axis: number, length: number): Float32Tensor {
  const { dims } = tensor;
  const from = dims[axis] ?? 0;
  if (from >= length) return tensor;
  const inner = dims.slice(axis + 1).reduce((size, dim) => size * dim, 1);
  const outer = dims.slice(0, axis).reduce((size, dim) => size * dim, 1);
  const data = new Float32Array(outer * length * inner);
  for (let index = 0; index < outer; index += 1) {
    data.set(tensor.data.subarray(index * from * inner, (index + 1) * from * inner), index * length * inner);
  }
  return { type: "float32", data, dims: dims.with(axis, length) };
}

/** Concatenates `[1, a, width]` and `[1, b, width]` to `[1, a + b, width]`. */
export function concatSequences(first: Float32Tensor, second: Float32Tensor): Float32Tensor {
  const data = new Float32Array(first.data.length + second.data.length);
  data.set(first.data);
  data.set(second.data, first.data.length);
  const [rows = 1, length = 0, width = 0] = first.dims;
  return { type: "float32", data, dims: [rows, length + (second.dims[1] ?? 0), width] };
}

/** Stacks `[1, n, width]` tensors to `[tensors, longest n, width]`, padding shorter ones with zeros at the end. Always a copy. */
export function stackSequences(sequences: readonly Float32Tensor[]): Float32Tensor {
  const stride = Math.max(...sequences.map(({ data }) => data.length));
  const data = new Float32Array(sequences.length * stride);
  for (const [row, sequence] of sequences.entries()) data.set(sequence.data, row * stride);
  const width = sequences[0]?.dims[2] ?? 1;
  return { type: "float32", data, dims: [sequences.length, stride / width, width] };
}

/** Returns an `int64` mask `[lengths.length, longest]`: in each row, `length` ones, then zeros. */
export function attentionMask(lengths: readonly number[], longest = Math.max(...lengths)): Tensor {
  const data = new BigInt64Array(lengths.length * longest);
  for (const [row, length] of lengths.entries()) data.fill(1n, row * longest, row * longest + length);
  return { type: "int64", data, dims: [lengths.length, longest] };
}
