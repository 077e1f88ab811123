import { CodecError } from "./codec-failure.ts";
import type { Datatype, TensorData } from "./datatypes.ts";
import { bfloat16ToFloat, floatToBfloat16, floatToHalf, halfToFloat } from "./half-precision.ts";

/** How one datatype's elements are bytes: little-endian, row-major, no padding. */
interface BinaryCodec<Data> {
  /** `bytes` are as many as `count` elements take, except for BYTES. Throws `CodecError`; `where` names the tensor. */
  readonly read: (bytes: Uint8Array, count: number, where: string) => Data;
  /** Pieces to be joined; views of the data where they can be. */
  readonly write: (data: Data) => readonly Uint8Array[];
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Turns every element's bytes round. */
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

function plain<Data extends View>(View: ViewConstructor<Data>): BinaryCodec<Data> {
  const width = View.BYTES_PER_ELEMENT;
  return {
    read: (bytes, count) => {
      const ordered = toHostOrder(bytes, width);
      // A view must begin at a multiple of its width; a copy begins at 0.
      const { buffer, byteOffset } = ordered.byteOffset % width === 0 ? ordered : ordered.slice();
      return new View(buffer, byteOffset, count);
    },
    write: ({ buffer, byteOffset, byteLength }) => [toHostOrder(new Uint8Array(buffer, byteOffset, byteLength), width)],
  };
}

const words = plain<Uint16Array>(Uint16Array);

function packed(
  widen: (bits: Uint16Array) => Float32Array,
  round: (values: Float32Array) => Uint16Array,
): BinaryCodec<Float32Array> {
  return {
    read: (bytes, count, where) => widen(words.read(bytes, count, where)),
    write: (data) => words.write(round(data)),
  };
}

const LENGTH_BYTES = 4;

const lengthPrefixed: BinaryCodec<readonly Uint8Array[]> = {
  read: (bytes, count, where) => {
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
  write: (data) =>
    data.flatMap((element) => {
      const prefix = new Uint8Array(LENGTH_BYTES);
      new DataView(prefix.buffer).setUint32(0, element.length, true);
      return [prefix, element];
    }),
};

/** Every datatype's binary form. */
export const binaryCodecs: { readonly [Kind in Datatype]: BinaryCodec<TensorData[Kind]> } = {
  BOOL: plain<Uint8Array>(Uint8Array),
  UINT8: plain<Uint8Array>(Uint8Array),
  UINT16: plain<Uint16Array>(Uint16Array),
  UINT32: plain<Uint32Array>(Uint32Array),
  UINT64: plain<BigUint64Array>(BigUint64Array),
  INT8: plain<Int8Array>(Int8Array),
  INT16: plain<Int16Array>(Int16Array),
  INT32: plain<Int32Array>(Int32Array),
  INT64: plain<BigInt64Array>(BigInt64Array),
  FP16: packed(halfToFloat, floatToHalf),
  BF16: packed(bfloat16ToFloat, floatToBfloat16),
  FP32: plain<Float32Array>(Float32Array),
  FP64: plain<Float64Array>(Float64Array),
  BYTES: lengthPrefixed,
};
