import type { Tensor } from "./session.ts";

/** A tensor of numbers. */
export type Float32Tensor = Extract<Tensor, { type: "float32" }>;

/**
 * Gives back at once what `arrays` lie in; they must not be used again. Left to the collector, what a step leaves behind
 * piles up to many megabytes within one answer.
 */
export function free(arrays: Iterable<ArrayBufferView>): void {
  const buffers = new Set(Array.from(arrays, ({ buffer }) => buffer));
  for (const buffer of buffers) if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/** Elements of one row: of what the first dimension counts. */
function rowSize({ dims }: Tensor): number {
  return dims.slice(1).reduce((size, dim) => size * dim, 1);
}

/** The rows of a tensor, as views of it. */
export function rowsOf(tensor: Float32Tensor): readonly Float32Array[] {
  const size = rowSize(tensor);
  return Array.from({ length: tensor.dims[0] ?? 0 }, (_, row) => tensor.data.subarray(row * size, (row + 1) * size));
}

/** Some rows of a tensor in another order; one may come several times. Always a copy. */
export function selectRows(tensor: Float32Tensor, rows: readonly number[]): Float32Tensor {
  const size = rowSize(tensor);
  const data = new Float32Array(rows.length * size);
  for (const [to, from] of rows.entries()) data.set(tensor.data.subarray(from * size, (from + 1) * size), to * size);
  return { type: "float32", data, dims: [rows.length, ...tensor.dims.slice(1)] };
}

/** Each row as a tensor of one row. A single one is `tensor` itself, else copies. */
export function splitRows(tensor: Float32Tensor): readonly Float32Tensor[] {
  const [rows = 0] = tensor.dims;
  return rows === 1 ? [tensor] : Array.from({ length: rows }, (_, row) => selectRows(tensor, [row]));
}

/** Tensors that differ in their number of rows alone, under each other. Always a copy. */
export function stackRows(tensors: readonly Float32Tensor[]): Float32Tensor {
  const data = new Float32Array(tensors.reduce((sum, tensor) => sum + tensor.data.length, 0));
  let at = 0;
  for (const tensor of tensors) {
    data.set(tensor.data, at);
    at += tensor.data.length;
  }
  const rows = tensors.reduce((sum, tensor) => sum + (tensor.dims[0] ?? 0), 0);
  return { type: "float32", data, dims: [rows, ...(tensors[0]?.dims.slice(1) ?? [])] };
}

/** Zeros behind an axis that is shorter than `length`; the tensor itself where it is not. */
export function padAxis(tensor: Float32Tensor, axis: number, length: number): Float32Tensor {
  const { dims } = tensor;
  const from = dims[axis] ?? 0;
  if (from >= length) return tensor;
  const inner = dims.slice(axis + 1).reduce((size, dim) => size * dim, 1);
  const outer = dims.slice(0, axis).reduce((size, dim) => size * dim, 1);
  const data = new Float32Array(outer * length * inner);
  for (let at = 0; at < outer; at += 1) {
    data.set(tensor.data.subarray(at * from * inner, (at + 1) * from * inner), at * length * inner);
  }
  return { type: "float32", data, dims: dims.with(axis, length) };
}

/** Joins `[1, a, width]` and `[1, b, width]` to `[1, a + b, width]`. */
export function concatSequences(first: Float32Tensor, second: Float32Tensor): Float32Tensor {
  const data = new Float32Array(first.data.length + second.data.length);
  data.set(first.data);
  data.set(second.data, first.data.length);
  const [rows = 1, length = 0, width = 0] = first.dims;
  return { type: "float32", data, dims: [rows, length + (second.dims[1] ?? 0), width] };
}

/** Puts `[1, n, width]` tensors under each other, zeros behind the shorter ones: `[tensors, longest n, width]`. Always a copy. */
export function stackSequences(sequences: readonly Float32Tensor[]): Float32Tensor {
  const stride = Math.max(...sequences.map(({ data }) => data.length));
  const data = new Float32Array(sequences.length * stride);
  for (const [row, sequence] of sequences.entries()) data.set(sequence.data, row * stride);
  const width = sequences[0]?.dims[2] ?? 1;
  return { type: "float32", data, dims: [sequences.length, stride / width, width] };
}

/** `int64` of `[lengths, longest]`: as many ones as each length says, then zeros. */
export function attentionMask(lengths: readonly number[], longest = Math.max(...lengths)): Tensor {
  const data = new BigInt64Array(lengths.length * longest);
  for (const [row, length] of lengths.entries()) data.fill(1n, row * longest, row * longest + length);
  return { type: "int64", data, dims: [lengths.length, longest] };
}
