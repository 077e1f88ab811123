import { CodecError } from "./codec-failure.ts";
import type { Datatype, TensorData } from "./datatypes.ts";
import { bfloat16ToFloat, floatToBfloat16, floatToHalf, halfToFloat } from "./half-precision.ts";

/** Converts the elements of one datatype from and to binary data: little-endian, row-major, no padding. */
interface BinaryCodec<Data> {
  /** `bytes` has exactly the size of `count` elements, except for BYTES. Throws `CodecError`; `where` names the tensor. */
  readonly decode: (bytes: Uint8Array, count: number, where: string) => Data;
  /** Chunks to be concatenated; views of the data where possible. */
  readonly encode: (data: Data) => readonly Uint8Array[];
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Reverses the byte order of every element of `width` bytes. */
export function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) swapped[at] = bytes[at - (at % width) + width - 1 - (at % width)] ?? 0;
  return swapped;
}

function toHostOrder(bytes: Uint8Array, width: number): Uint8Array {
  return isLittleEndian || width === 1 ? bytes : swapBytes(bytes, width);
}

interface View {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
}

interface ViewConstructor<Data extends View> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Data;
}

function typedArray<Data extends View>(View: ViewConstructor<Data>): BinaryCodec<Data> {
  const width = View.BYTES_PER_ELEMENT;
  return {
    decode: (bytes, count) => {
      const ordered = toHostOrder(bytes, width);
      // The offset of a view must be a multiple of its element width; a copy starts at offset 0.
      const { buffer, byteOffset } = ordered.byteOffset % width === 0 ? ordered : ordered.slice();
      return new View(buffer, byteOffset, count);
    },
    encode: ({ buffer, byteOffset, byteLength }) => [
      toHostOrder(new Uint8Array(buffer, byteOffset, byteLength), width),
    ],
  };
}

const uint16 = typedArray<Uint16Array>(Uint16Array);

function sixteenBitFloat(
  widen: (bits: Uint16Array) => Float32Array,
  round: (values: Float32Array) => Uint16Array,
): BinaryCodec<Float32Array> {
  return {
    decode: (bytes, count, where) => widen(uint16.decode(bytes, count, where)),
    encode: (data) => uint16.encode(round(data)),
  };
}

const LENGTH_BYTES = 4;

const lengthPrefixed: BinaryCodec<readonly Uint8Array[]> = {
  decode: (bytes, count, where) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const elements: Uint8Array[] = [];
    let at = 0;
    while (at < bytes.length && elements.length < count) {
      const start = at + LENGTH_BYTES;
      const end = start <= bytes.length ? start + view.getUint32(at, true) : Infinity;
      if (end > bytes.length) throw new CodecError("byte-count", where);
      elements.push(bytes.subarray(start, end));
      at = end;
    }
    if (at !== bytes.length) throw new CodecError("byte-count", where);
    if (elements.length !== count) throw new CodecError("element-count", where);
    return elements;
  },
  encode: (data) =>
    data.flatMap((element) => {
      const prefix = new Uint8Array(LENGTH_BYTES);
      new DataView(prefix.buffer).setUint32(0, element.length, true);
      return [prefix, element];
    }),
};

/** The binary codec of each datatype. */
export const binaryCodecs: { readonly [Kind in Datatype]: BinaryCodec<TensorData[Kind]> } = {
  BOOL: typedArray<Uint8Array>(Uint8Array),
  UINT8: typedArray<Uint8Array>(Uint8Array),
  UINT16: typedArray<Uint16Array>(Uint16Array),
  UINT32: typedArray<Uint32Array>(Uint32Array),
  UINT64: typedArray<BigUint64Array>(BigUint64Array),
  INT8: typedArray<Int8Array>(Int8Array),
  INT16: typedArray<Int16Array>(Int16Array),
  INT32: typedArray<Int32Array>(Int32Array),
  INT64: typedArray<BigInt64Array>(BigInt64Array),
  FP16: sixteenBitFloat(halfToFloat, floatToHalf),
  BF16: sixteenBitFloat(bfloat16ToFloat, floatToBfloat16),
  FP32: typedArray<Float32Array>(Float32Array),
  FP64: typedArray<Float64Array>(Float64Array),
  BYTES: lengthPrefixed,
};
