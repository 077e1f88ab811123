import type { NamedTensor } from "../inference/protocol/datatypes.ts";

function longestOf(rows: readonly (readonly unknown[])[]): number {
  return Math.max(0, ...rows.map(({ length }) => length));
}

/** Rows of different lengths as one INT64 tensor `[rows, longest]`, filled up with `filling`. */
export function int64Rows(name: string, rows: readonly (readonly number[])[], filling: number): NamedTensor<"INT64"> {
  const longest = longestOf(rows);
  const data = new BigInt64Array(rows.length * longest).fill(BigInt(filling));
  for (const [at, row] of rows.entries()) data.set(row.map(BigInt), at * longest);
  return { name, datatype: "INT64", shape: [rows.length, longest], data };
}

/** Likewise as FP32, filled up with 0. */
export function float32Rows(name: string, rows: readonly (readonly number[])[]): NamedTensor<"FP32"> {
  const longest = longestOf(rows);
  const data = new Float32Array(rows.length * longest);
  for (const [at, row] of rows.entries()) data.set(row, at * longest);
  return { name, datatype: "FP32", shape: [rows.length, longest], data };
}

/** One number for each row. */
export function int32Column(name: string, values: readonly number[]): NamedTensor<"INT32"> {
  return { name, datatype: "INT32", shape: [values.length], data: Int32Array.from(values) };
}
