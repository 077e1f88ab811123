import { binaryCodecs } from "./binary-tensors.ts";
import { CodecError } from "./codec-failure.ts";
import { elementBytes, isDatatype } from "./datatypes.ts";
import type { Datatype, NamedTensor, Parameters } from "./datatypes.ts";
import { withMember } from "./exact-json.ts";
import { checkParameters, fieldsOf, parametersOf, sizesOf, textOf } from "./fields.ts";
import { flatElements, jsonCodecs } from "./json-tensors.ts";
import type { BytesEncoding } from "./json-tensors.ts";
import { elementCount } from "./shape.ts";

/** A tensor as its message's JSON describes it, checked as far as it can be without its elements. */
export interface TensorFields {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly parameters: Parameters | undefined;
  /** Elements, the product of `shape`. */
  readonly count: number;
  /** Bytes of the binary section, `undefined` where `data` are in the JSON. */
  readonly binaryBytes: number | undefined;
  readonly data: unknown;
}

/** A tensor's share of a message: its JSON, and what goes into the binary section. */
interface EncodedTensor {
  readonly json: string;
  readonly pieces: readonly Uint8Array[];
}

function binaryBytesOf(size: unknown, where: string): number | undefined {
  if (size === undefined) return undefined;
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) throw new CodecError("field", where);
  return size;
}

/** Reads one entry of `inputs` or `outputs`. Throws `CodecError`; likewise below. */
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

/** Text is what strings hold unless the tensor says otherwise: only base64 can hold any bytes. */
function withoutContentType(parameters: Parameters | undefined): Parameters {
  const { content_type: _, ...others } = parameters ?? {};
  return others;
}

function isBase64(parameters: Parameters | undefined): boolean {
  return parameters?.["content_type"] === "base64";
}

function assemble<Kind extends Datatype>(
  datatype: Kind,
  { name, shape, count, parameters, data }: TensorFields,
  section: Uint8Array | undefined,
): NamedTensor<Kind> {
  const encoding: BytesEncoding = isBase64(parameters) ? "base64" : "text";
  const elements =
    section === undefined
      ? jsonCodecs[datatype].read(flatElements(data, shape, count, name), name, encoding)
      : binaryCodecs[datatype].read(section, count, name);
  const others = section === undefined && encoding === "base64" ? withoutContentType(parameters) : (parameters ?? {});
  return { name, datatype, shape, data: elements, ...(Object.keys(others).length > 0 && { parameters: others }) };
}

/** The tensor itself. `section` holds its bytes where `binaryBytes` says that there are some. */
export function tensorOf(fields: TensorFields, section: Uint8Array | undefined): NamedTensor {
  return assemble(fields.datatype, fields, section);
}

function dataJson<Kind extends Datatype>({ name, datatype, data }: NamedTensor<Kind>, encoding: BytesEncoding): string {
  return jsonCodecs[datatype].write(data, name, encoding);
}

function dataPieces<Kind extends Datatype>({ datatype, data }: NamedTensor<Kind>): readonly Uint8Array[] {
  return binaryCodecs[datatype].write(data);
}

function encodeAsJson(tensor: NamedTensor): EncodedTensor {
  const { name, datatype, shape, parameters } = tensor;
  const isText = parameters?.["content_type"] !== undefined && !isBase64(parameters);
  const encoding = isText ? "text" : "base64";
  const described =
    datatype === "BYTES" && encoding === "base64" ? { ...parameters, content_type: "base64" } : parameters;
  const fields = { name, datatype, shape, parameters: described };
  return { json: withMember(fields, "data", dataJson(tensor, encoding)), pieces: [] };
}

function encodeAsBinary(tensor: NamedTensor): EncodedTensor {
  const { name, datatype, shape, parameters } = tensor;
  const pieces = dataPieces(tensor);
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const fields = { name, datatype, shape, parameters: { ...parameters, binary_data_size: size } };
  return { json: JSON.stringify(fields), pieces };
}

/** Writes a tensor in either form; BYTES in JSON are base64, or text where `parameters.content_type` says something else. */
export function encodeTensor(tensor: NamedTensor, isBinary: boolean): EncodedTensor {
  const { name, shape, data, parameters } = tensor;
  if (name === "") throw new CodecError("field", "name");
  checkParameters(parameters, `${name}.parameters`);
  if (elementCount(shape, name) !== data.length) throw new CodecError("element-count", name);
  return isBinary ? encodeAsBinary(tensor) : encodeAsJson(tensor);
}
