import * as fc from "fast-check";
import type { CodecResult } from "../../src/inference/protocol/codec-failure.ts";
import { elementBytes, isDatatype } from "../../src/inference/protocol/datatypes.ts";
import type { Datatype, NamedTensor, TensorData } from "../../src/inference/protocol/datatypes.ts";
import {
  bfloat16ToFloat,
  floatToBfloat16,
  floatToHalf,
  halfToFloat,
} from "../../src/inference/protocol/half-precision.ts";

type DataOf = { readonly [Kind in Datatype]: (length: number) => fc.Arbitrary<TensorData[Kind]> };

const exactly = (length: number) => ({ minLength: length, maxLength: length });
const bytes = (length: number) => fc.array(fc.uint8Array({ maxLength: 20 }), exactly(length));

/** Generators of data by datatype. Floats are finite unless `withNonFinite` is set, because JSON has no other numbers. */
function dataOf(withNonFinite: boolean): DataOf {
  const finite = { noNaN: !withNonFinite, noDefaultInfinity: !withNonFinite };
  const floats = (length: number) => fc.float32Array({ ...exactly(length), ...finite });
  const bounded = (length: number) => fc.float32Array({ ...exactly(length), ...finite, min: -65000, max: 65000 });
  return {
    BOOL: (length) => fc.uint8Array({ ...exactly(length), max: 1 }),
    UINT8: (length) => fc.uint8Array(exactly(length)),
    UINT16: (length) => fc.uint16Array(exactly(length)),
    UINT32: (length) => fc.uint32Array(exactly(length)),
    UINT64: (length) => fc.bigUint64Array(exactly(length)),
    INT8: (length) => fc.int8Array(exactly(length)),
    INT16: (length) => fc.int16Array(exactly(length)),
    INT32: (length) => fc.int32Array(exactly(length)),
    INT64: (length) => fc.bigInt64Array(exactly(length)),
    FP16: (length) => bounded(length).map((data) => halfToFloat(floatToHalf(data))),
    BF16: (length) => bounded(length).map((data) => bfloat16ToFloat(floatToBfloat16(data))),
    FP32: floats,
    FP64: (length) => fc.float64Array({ ...exactly(length), ...finite }),
    BYTES: bytes,
  };
}

const parameters = fc.dictionary(
  fc.string({ minLength: 1 }).filter((key) => !["content_type", "binary_data_size", "__proto__"].includes(key)),
  fc.oneof(fc.string(), fc.boolean(), fc.integer()),
  { minKeys: 1, maxKeys: 3 },
);

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });

function tensorOf<Kind extends Datatype>(datatype: Kind, data: DataOf[Kind]): fc.Arbitrary<NamedTensor<Kind>> {
  return fc
    .tuple(fc.string({ minLength: 1 }), shape, fc.option(parameters, { nil: undefined }))
    .chain(([name, sizes, extra]): fc.Arbitrary<NamedTensor<Kind>> =>
      data(sizes.reduce((product, size) => product * size, 1)).map((elements) => ({
        name,
        datatype,
        shape: sizes,
        data: elements,
        ...(extra && { parameters: extra }),
      })),
    );
}

/** Any tensor of one datatype; with `withNonFinite` its values may be NaN and infinite. */
export function tensors<Kind extends Datatype>(
  datatype: Kind,
  { withNonFinite }: { readonly withNonFinite: boolean },
): fc.Arbitrary<NamedTensor<Kind>> {
  return tensorOf(datatype, dataOf(withNonFinite)[datatype]);
}

/** All datatypes. */
export const allDatatypes: readonly Datatype[] = Object.keys(elementBytes).filter(isDatatype);

/** The datatypes that can be encoded as JSON. */
export const jsonDatatypes = allDatatypes.filter((name) => name !== "FP16" && name !== "BF16");

/** Tensors of any datatypes with different names. */
export const messagesTensors: fc.Arbitrary<readonly NamedTensor[]> = fc.uniqueArray(
  fc.oneof(...jsonDatatypes.map((datatype) => tensors(datatype, { withNonFinite: false }))),
  { maxLength: 4, selector: ({ name }) => name },
);

/** Encodes a text as UTF-8. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A body of a JSON header followed by bytes, and the HTTP header with the length of the JSON. */
export function framed(json: object, section: readonly number[] = []) {
  const head = utf8(JSON.stringify(json));
  const headers = new Headers({ "inference-header-content-length": String(head.length) });
  return { head, body: Uint8Array.from([...head, ...section]), headers };
}

/** Returns the value of a result. Throws if it is a failure. */
export function valueOf<Value>(result: CodecResult<Value>): Value {
  if (result.ok) return result.value;
  throw new Error(result.failure.detail);
}

/** Returns the code of a failure, undefined for a success. */
export function codeOf(result: CodecResult<unknown>): string | undefined {
  return result.ok ? undefined : result.failure.code;
}

/** Returns the elements in a form that `toEqual` compares bit for bit except for NaN payloads: -0 differs from 0, and views' offsets are ignored. */
export function plainData({ data }: NamedTensor): readonly unknown[] {
  return Array.from<unknown>(data).map((element) => (element instanceof Uint8Array ? Array.from(element) : element));
}

/** Returns a tensor with its elements in the form of `plainData`. */
export function plain(tensor: NamedTensor): unknown {
  return { ...tensor, data: plainData(tensor) };
}
