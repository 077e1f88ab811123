import { binaryCodecs } from "./binary-tensors.ts";
import { CodecError } from "./codec-failure.ts";
import { elementBytes, isDatatype } from "./datatypes.ts";
import type { Datatype, NamedTensor, Parameters } from "./datatypes.ts";
import { withMember } from "./exact-json.ts";
import { checkParameters, fieldsOf, parametersOf, sizesOf, textOf } from "./fields.ts";
import { flatElements, jsonCodecs } from "./json-tensors.ts";
import type { BytesEncoding } from "./json-tensors.ts";
import { elementCount } from "./shape.ts";

/** A tensor as the JSON of a message describes it; everything except its elements is validated. */
export interface TensorFields {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly parameters: Parameters | undefined;
  /** Number of elements, the product of `shape`. */
  readonly count: number;
  /** Size of its binary data in bytes; `undefined` if `data` is in the JSON. */
  readonly binaryBytes: number | undefined;
  readonly data: unknown;
}

/** An encoded tensor: its JSON, and the chunks of its binary data. */
interface EncodedTensor {
  readonly json: string;
  readonly chunks: readonly Uint8Array[];
}

function binaryBytesOf(size: unknown, where: string): number | undefined {
  if (size === undefined) return undefined;
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) throw new CodecError("field", where);
  return size;
}

/** Parses one entry of `inputs` or `outputs`. Throws `CodecError`, like the functions below. */
export function tensorFieldsOf(value: unknown, list: string): TensorFields {
  const fields = fieldsOf(value, list);
  const name = textOf(fields["name"], `${list}.name`);
  const where = `${list}.${name}`;
  const datatype = textOf(fields["datatype"], `${where}.datatype`);
  if (!isDatatype(datatype)) throw new CodecError("datatype", where);
  const shape = sizesOf(fields["shape"], where);
  const count = elementCount(shape, where);
  const { binary_data_size: size, ...parameters } = parametersOf(fields["parameters"], `${where}.parameters`) ?? {};
  const binaryBytes = binaryBytesOf(size, `${where}.parameters.binary_data_size`);
  const hasData = fields["data"] !== undefined && fields["data"] !== null;
  if (hasData === (binaryBytes !== undefined)) throw new CodecError("field", `${where}.data`);
  const width = elementBytes[datatype];
  if (width !== undefined && binaryBytes !== undefined && binaryBytes !== count * width) {
    throw new CodecError("byte-count", where);
  }
  return { name, datatype, shape, parameters, count, binaryBytes, data: fields["data"] };
}

/** Removes `content_type`, which only describes the encoding: strings are text by default, and only base64 can represent arbitrary bytes. */
function withoutContentType(parameters: Parameters | undefined): Parameters {
  const { content_type: _, ...others } = parameters ?? {};
  return others;
}

function isBase64(parameters: Parameters | undefined): boolean {
  return parameters?.["content_type"] === "base64";
}

function decodeTensor<Kind extends Datatype>(
  datatype: Kind,
  { name, shape, count, parameters, data }: TensorFields,
  section: Uint8Array | undefined,
): NamedTensor<Kind> {
  const encoding: BytesEncoding = isBase64(parameters) ? "base64" : "text";
  const elements =
    section === undefined
      ? jsonCodecs[datatype].decode(flatElements(data, shape, count, name), name, encoding)
      : binaryCodecs[datatype].decode(section, count, name);
  const others = section === undefined && encoding === "base64" ? withoutContentType(parameters) : (parameters ?? {});
  return { name, datatype, shape, data: elements, ...(Object.keys(others).length > 0 && { parameters: others }) };
}

/** Decodes the elements of a tensor. `section` is its binary data; `undefined` if `binaryBytes` is `undefined`. */
export function tensorOf(fields: TensorFields, section: Uint8Array | undefined): NamedTensor {
  return decodeTensor(fields.datatype, fields, section);
}

function dataJson<Kind extends Datatype>({ name, datatype, data }: NamedTensor<Kind>, encoding: BytesEncoding): string {
  return jsonCodecs[datatype].encode(data, name, encoding);
}

function binaryChunks<Kind extends Datatype>({ datatype, data }: NamedTensor<Kind>): readonly Uint8Array[] {
  return binaryCodecs[datatype].encode(data);
}

function encodeAsJson(tensor: NamedTensor): EncodedTensor {
  const { name, datatype, shape, parameters } = tensor;
  const isText = parameters?.["content_type"] !== undefined && !isBase64(parameters);
  const encoding = isText ? "text" : "base64";
  const encodedParameters =
    datatype === "BYTES" && encoding === "base64" ? { ...parameters, content_type: "base64" } : parameters;
  const fields = { name, datatype, shape, parameters: encodedParameters };
  return { json: withMember(fields, "data", dataJson(tensor, encoding)), chunks: [] };
}

function encodeAsBinary(tensor: NamedTensor): EncodedTensor {
  const { name, datatype, shape, parameters } = tensor;
  const chunks = binaryChunks(tensor);
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const fields = { name, datatype, shape, parameters: { ...parameters, binary_data_size: size } };
  return { json: JSON.stringify(fields), chunks };
}

/** Encodes a tensor as binary data or JSON. BYTES in JSON are base64, or text if `parameters.content_type` has any other value. */
export function encodeTensor(tensor: NamedTensor, isBinary: boolean): EncodedTensor {
  const { name, shape, data, parameters } = tensor;
  if (name === "") throw new CodecError("field", "name");
  checkParameters(parameters, `${name}.parameters`);
  if (elementCount(shape, name) !== data.length) throw new CodecError("element-count", name);
  return isBinary ? encodeAsBinary(tensor) : encodeAsJson(tensor);
}
