/** A dense, row-major tensor. `int64` data is bigint, as in ONNX Runtime; `bool` has one byte per element. */
export type Tensor =
  | { readonly type: "float32"; readonly data: Float32Array; readonly dims: readonly number[] }
  | { readonly type: "int64"; readonly data: BigInt64Array; readonly dims: readonly number[] }
  | { readonly type: "bool"; readonly data: Uint8Array; readonly dims: readonly number[] };

/** An input or output of a graph. */
export interface TensorInfo {
  readonly name: string;
  readonly type: Tensor["type"];
  /** A dimension with a variable size is a name; the same name means the same size. */
  readonly shape: readonly (number | string)[];
}

/** One loaded ONNX graph. */
export interface Session {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /** Runs the graph. Only the named outputs are copied out; all outputs if `outputs` is omitted. */
  run(inputs: Readonly<Record<string, Tensor>>, outputs?: readonly string[]): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

/** How a graph is used. */
export interface SessionUse {
  /**
   * The graph runs once for an image or a prompt, not for each token: a runtime that is short of memory may hold its float16 weights as they are
   * stored, and cast them in every run. The values are the same.
   */
  readonly runsSeldom: boolean;
}

/** Creates a session from the bytes of an ONNX file. Each ONNX Runtime has an implementation (`ort-web.ts`, `ort-node.ts`). */
export type CreateSession = (bytes: Uint8Array, use?: SessionUse) => Promise<Session>;
