import { decodeBase64, encodeBase64 } from "./base64.ts";
import { CodecError } from "./codec-failure.ts";
import type { Datatype, TensorData } from "./datatypes.ts";
import { bfloat16ToFloat, floatToBfloat16, floatToHalf, halfToFloat } from "./half-precision.ts";

/** Encoding of BYTES elements as JSON strings: base64, or the UTF-8 text itself. */
export type BytesEncoding = "base64" | "text";

/** Converts the elements of one datatype from and to JSON. Both methods throw `CodecError`; `where` names the tensor. */
interface JsonCodec<Data> {
  readonly decode: (elements: readonly unknown[], where: string, encoding: BytesEncoding) => Data;
  /** Returns the JSON array as text. */
  readonly encode: (data: Data, where: string, encoding: BytesEncoding) => string;
}

interface Numbers {
  [index: number]: number;
  readonly length: number;
  join(separator: string): string;
}

function listOf(texts: readonly string[]): string {
  return `[${texts.join(",")}]`;
}

const booleans: JsonCodec<Uint8Array> = {
  decode: (elements, where) =>
    Uint8Array.from(elements, (element) => {
      if (element === true || element === 1) return 1;
      if (element === false || element === 0) return 0;
      throw new CodecError("element", where);
    }),
  encode: (data) => listOf(Array.from(data, (element) => String(element !== 0))),
};

/** Checks each element by storing it: a typed array returns another value for one that is out of range or not an integer. */
function integers<Data extends Numbers>(allocate: (length: number) => Data): JsonCodec<Data> {
  return {
    decode: (elements, where) => {
      const data = allocate(elements.length);
      for (const [at, element] of elements.entries()) {
        if (typeof element === "number") data[at] = element;
        if (data[at] !== element) throw new CodecError("element", where);
      }
      return data;
    },
    encode: (data) => `[${data.join(",")}]`,
  };
}

function toBigInt(element: unknown, where: string): bigint {
  if (typeof element === "bigint") return element;
  if (typeof element !== "number" || !Number.isInteger(element)) throw new CodecError("element", where);
  if (!Number.isSafeInteger(element)) throw new CodecError("inexact-integer", where);
  return BigInt(element);
}

function bigIntegers<Data extends BigInt64Array | BigUint64Array>(allocate: (length: number) => Data): JsonCodec<Data> {
  return {
    decode: (elements, where) => {
      const data = allocate(elements.length);
      for (const [at, element] of elements.entries()) {
        const value = toBigInt(element, where);
        data[at] = value;
        if (data[at] !== value) throw new CodecError("element", where);
      }
      return data;
    },
    encode: (data) => `[${data.join(",")}]`,
  };
}

/** Rejects NaN and infinity: JSON has neither, and servers differ in what they send instead. */
function floats<Data extends Float32Array | Float64Array>(
  allocate: (length: number) => Data,
  round: (data: Data) => Data = (data) => data,
): JsonCodec<Data> {
  return {
    decode: (elements, where) => {
      const data = allocate(elements.length);
      for (const [at, element] of elements.entries()) {
        // Long integers are bigints if the message also has 64-bit tensors.
        data[at] = typeof element === "number" || typeof element === "bigint" ? Number(element) : NaN;
      }
      const rounded = round(data);
      if (!rounded.every(Number.isFinite)) throw new CodecError("element", where);
      return rounded;
    },
    encode: (data, where) => {
      if (!data.every(Number.isFinite)) throw new CodecError("binary-only", where);
      return listOf(Array.from(data, (element) => (Object.is(element, -0) ? "-0" : String(element))));
    },
  };
}

/** 16-bit floats: decoding only, because servers refuse them as JSON although some send them. */
function halves(round: (data: Float32Array) => Float32Array): JsonCodec<Float32Array> {
  const { decode } = floats<Float32Array>((length) => new Float32Array(length), round);
  return {
    decode,
    encode: (_data, where) => {
      throw new CodecError("binary-only", where);
    },
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeElement(element: unknown, where: string, encoding: BytesEncoding): Uint8Array {
  // A lone surrogate has no UTF-8 encoding.
  const isText = typeof element === "string" && element.isWellFormed();
  const decoders = { base64: decodeBase64, text: (text: string) => encoder.encode(text) };
  const bytes = isText ? decoders[encoding](element) : undefined;
  if (bytes === undefined) throw new CodecError("element", where);
  return bytes;
}

function decodeText(bytes: Uint8Array, where: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new CodecError("binary-only", where);
  }
}

const byteStrings: JsonCodec<readonly Uint8Array[]> = {
  decode: (elements, where, encoding) => elements.map((element) => decodeElement(element, where, encoding)),
  encode: (data, where, encoding) => {
    const encoders = { base64: encodeBase64, text: (bytes: Uint8Array) => decodeText(bytes, where) };
    return JSON.stringify(data.map(encoders[encoding]));
  },
};

/** The JSON codec of each datatype. */
export const jsonCodecs: { readonly [Kind in Datatype]: JsonCodec<TensorData[Kind]> } = {
  BOOL: booleans,
  UINT8: integers<Uint8Array>((length) => new Uint8Array(length)),
  UINT16: integers<Uint16Array>((length) => new Uint16Array(length)),
  UINT32: integers<Uint32Array>((length) => new Uint32Array(length)),
  UINT64: bigIntegers<BigUint64Array>((length) => new BigUint64Array(length)),
  INT8: integers<Int8Array>((length) => new Int8Array(length)),
  INT16: integers<Int16Array>((length) => new Int16Array(length)),
  INT32: integers<Int32Array>((length) => new Int32Array(length)),
  INT64: bigIntegers<BigInt64Array>((length) => new BigInt64Array(length)),
  FP16: halves((data) => halfToFloat(floatToHalf(data))),
  BF16: halves((data) => bfloat16ToFloat(floatToBfloat16(data))),
  FP32: floats<Float32Array>((length) => new Float32Array(length)),
  FP64: floats<Float64Array>((length) => new Float64Array(length)),
  BYTES: byteStrings,
};

/** Flattens a tensor's JSON `data`, which is flat or nested like `shape`, in row-major order. Throws `CodecError` for any other nesting or count. */
export function flatElements(
  data: unknown,
  shape: readonly number[],
  count: number,
  where: string,
): readonly unknown[] {
  if (!Array.isArray(data)) throw new CodecError("field", `${where}.data`);
  const elements: readonly unknown[] = data;
  const isNested = shape.length > 1 && elements.some(Array.isArray);
  const flat = isNested ? flatRows(elements, shape, where) : elements;
  if (flat.length !== count) throw new CodecError("element-count", where);
  return flat;
}

function flatRows(data: unknown, [size, ...rest]: readonly number[], where: string): readonly unknown[] {
  if (!Array.isArray(data) || data.length !== size) throw new CodecError("element-count", where);
  const rows: readonly unknown[] = data;
  return rest.length === 0 ? rows : rows.flatMap((row) => flatRows(row, rest, where));
}
