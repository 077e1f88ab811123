/**
 * In-memory representation of each datatype's elements. FP16 and BF16 are widened to float32, which is exact; encoding rounds to
 * the nearest, ties to even. BOOL is one byte per element, 0 or 1. BYTES is any number of bytes per element; text is UTF-8.
 */
export interface TensorData {
  readonly BOOL: Uint8Array;
  readonly UINT8: Uint8Array;
  readonly UINT16: Uint16Array;
  readonly UINT32: Uint32Array;
  readonly UINT64: BigUint64Array;
  readonly INT8: Int8Array;
  readonly INT16: Int16Array;
  readonly INT32: Int32Array;
  readonly INT64: BigInt64Array;
  readonly FP16: Float32Array;
  readonly BF16: Float32Array;
  readonly FP32: Float32Array;
  readonly FP64: Float64Array;
  readonly BYTES: readonly Uint8Array[];
}

/** Datatype names of the Open Inference Protocol, and Triton's BF16. */
export type Datatype = keyof TensorData;

/** Size in bytes of one element as binary data; undefined for BYTES, whose elements have a length prefix of four bytes each. */
export const elementBytes = {
  BOOL: 1,
  UINT8: 1,
  UINT16: 2,
  UINT32: 4,
  UINT64: 8,
  INT8: 1,
  INT16: 2,
  INT32: 4,
  INT64: 8,
  FP16: 2,
  BF16: 2,
  FP32: 4,
  FP64: 8,
  BYTES: undefined,
} as const satisfies Record<Datatype, number | undefined>;

/** Whether `name` is a datatype. */
export function isDatatype(name: string): name is Datatype {
  return Object.hasOwn(elementBytes, name);
}

/** A parameter value. Decoding drops values of other types. */
export type ParameterValue = string | number | boolean;

/** Parameters of a request, a reply, a tensor or a requested output. */
export type Parameters = Readonly<Record<string, ParameterValue>>;

/**
 * A named tensor, discriminated by `datatype`. `data` is row-major, and the product of `shape` is `data.length`. `parameters` excludes those
 * that only describe the encoding.
 */
export type NamedTensor<Kind extends Datatype = Datatype> = {
  [Each in Kind]: {
    readonly name: string;
    readonly datatype: Each;
    readonly shape: readonly number[];
    readonly data: TensorData[Each];
    readonly parameters?: Parameters | undefined;
  };
}[Kind];
