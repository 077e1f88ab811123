import type { NamedTensor } from "../inference/protocol/datatypes.ts";

function longestOf(rows: readonly (readonly unknown[])[]): number {
  return Math.max(0, ...rows.map(({ length }) => length));
}

/** Returns rows of different lengths as one INT64 tensor `[rows, longest]`, padded with `padding`. */
export function int64Rows(name: string, rows: readonly (readonly number[])[], padding: number): NamedTensor<"INT64"> {
  const longest = longestOf(rows);
  const data = new BigInt64Array(rows.length * longest).fill(BigInt(padding));
  for (const [index, row] of rows.entries()) data.set(row.map(BigInt), index * longest);
  return { name, datatype: "INT64", shape: [rows.length, longest], data };
}

/** Returns rows of different lengths as one FP32 tensor `[rows, longest]`, padded with 0. */
export function float32Rows(name: string, rows: readonly (readonly number[])[]): NamedTensor<"FP32"> {
  const longest = longestOf(rows);
  const data = new Float32Array(rows.length * longest);
  for (const [index, row] of rows.entries()) data.set(row, index * longest);
  return { name, datatype: "FP32", shape: [rows.length, longest], data };
}

/** Returns an INT32 tensor of shape `[rows]`, one number per row. */
export function int32Column(name: string, values: readonly number[]): NamedTensor<"INT32"> {
  return { name, datatype: "INT32", shape: [values.length], data: Int32Array.from(values) };
}
