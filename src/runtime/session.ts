/** A dense, row-major tensor. `int64` data is bigint, as ONNX Runtime has it; `bool` is one byte an element. */
export type Tensor =
  | { readonly type: "float32"; readonly data: Float32Array; readonly dims: readonly number[] }
  | { readonly type: "int64"; readonly data: BigInt64Array; readonly dims: readonly number[] }
  | { readonly type: "bool"; readonly data: Uint8Array; readonly dims: readonly number[] };

/** An input or output of a graph. */
export interface TensorPort {
  readonly name: string;
  readonly type: Tensor["type"];
  /** A name where the size is free; the same name means the same size. */
  readonly shape: readonly (number | string)[];
}

/** One loaded ONNX graph. */
export interface Session {
  readonly inputs: readonly TensorPort[];
  readonly outputs: readonly TensorPort[];
  /** Runs the graph; only the named outputs are copied out (all when left out). */
  run(inputs: Readonly<Record<string, Tensor>>, outputs?: readonly string[]): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

/** Turns the bytes of an ONNX file into a session; one for each ONNX Runtime (`ort-web.ts`, `ort-node.ts`). */
export type CreateSession = (bytes: Uint8Array) => Promise<Session>;
