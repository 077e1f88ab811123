import { concatBytes } from "./bytes.ts";
import { attempt, CodecError } from "./codec-failure.ts";
import type { CodecResult } from "./codec-failure.ts";
import type { NamedTensor } from "./datatypes.ts";
import { parseExactly, withMember } from "./exact-json.ts";
import { checkNames, fieldsOf, listOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { replyFields, replyOf, requestFields, requestOf } from "./messages.ts";
import type { InferReply, InferRequest } from "./messages.ts";
import { encodeTensor, tensorFieldsOf, tensorOf } from "./tensor-fields.ts";
import type { TensorFields } from "./tensor-fields.ts";

/** Bytes of the JSON that begins a body; without this header the body is JSON alone. */
const HEADER_LENGTH = "Inference-Header-Content-Length";

/**
 * Most BYTES elements of a message. Each takes four bytes on the wire and some hundred in memory, so that a small body of empty
 * ones could fill it.
 */
export const MAX_BYTES_ELEMENTS = 2 ** 18;

/** A message ready to be sent. */
export interface EncodedMessage {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Content-Type and, before binary data, Inference-Header-Content-Length. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What decoding needs of a message's headers: `Headers` will do. Names are looked up whatever their case. */
export interface MessageHeaders {
  get(name: string): string | null;
}

/** Says of each tensor whether it travels as binary data or in the JSON. */
export type IsBinary = (name: string) => boolean;

function encode(fields: Fields, list: string, tensors: readonly NamedTensor[], isBinary: IsBinary): EncodedMessage {
  checkNames(tensors, list);
  const encoded = tensors.map((tensor) => encodeTensor(tensor, isBinary(tensor.name)));
  const json = new TextEncoder().encode(withMember(fields, list, `[${encoded.map((each) => each.json).join(",")}]`));
  const body = concatBytes([json, ...encoded.flatMap(({ pieces }) => pieces)]);
  const hasBinary = tensors.some(({ name }) => isBinary(name));
  const headers = hasBinary
    ? { "Content-Type": "application/octet-stream", [HEADER_LENGTH]: String(json.length) }
    : { "Content-Type": "application/json" };
  return { body, headers };
}

function headerLengthOf(body: Uint8Array, headers: MessageHeaders): number {
  const length = headers.get(HEADER_LENGTH);
  if (length === null) return body.length;
  if (!/^\d+$/.test(length) || Number(length) > body.length) throw new CodecError("header-length", "headers");
  if (Number(length) === 0) throw new CodecError("raw-mode", "headers");
  return Number(length);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new CodecError("json", "body");
  }
}

/** Before anything is allocated for elements: all that the JSON claims must add up with the body. */
function checkSums(tensors: readonly TensorFields[], sectionBytes: number): void {
  const claimed = tensors.reduce((sum, { binaryBytes = 0 }) => sum + binaryBytes, 0);
  if (claimed !== sectionBytes) throw new CodecError("byte-count", "body");
  const elements = tensors.reduce((sum, { datatype, count }) => sum + (datatype === "BYTES" ? count : 0), 0);
  if (elements > MAX_BYTES_ELEMENTS) throw new CodecError("shape", "body");
}

function tensorsOf(values: readonly unknown[], list: string, sections: Uint8Array): readonly NamedTensor[] {
  const tensors = values.map((value) => tensorFieldsOf(value, list));
  checkNames(tensors, list);
  checkSums(tensors, sections.length);
  let at = 0;
  return tensors.map((fields) => {
    if (fields.binaryBytes === undefined) return tensorOf(fields, undefined);
    const start = at;
    at += fields.binaryBytes;
    return tensorOf(fields, sections.subarray(start, at));
  });
}

function decode(body: Uint8Array, headers: MessageHeaders, list: string) {
  const headerLength = headerLengthOf(body, headers);
  const fields = fieldsOf(parseExactly(textOf(body.subarray(0, headerLength))), "body");
  return { fields, tensors: tensorsOf(listOf(fields[list], list), list, body.subarray(headerLength)) };
}

/** Writes a request; without binary tensors it is plain JSON. Tensors' data may be views of the caller's, and are copied once. */
export function encodeRequest(request: InferRequest, isBinary: IsBinary): CodecResult<EncodedMessage> {
  return attempt(() => encode(requestFields(request), "inputs", request.inputs, isBinary));
}

/** Writes a reply; `wantsBinary` of its request says which outputs are binary. */
export function encodeReply(reply: InferReply, isBinary: IsBinary): CodecResult<EncodedMessage> {
  return attempt(() => encode(replyFields(reply), "outputs", reply.outputs, isBinary));
}

/**
 * Reads a request whose tensors are binary, JSON or mixed. Tensors may be views of `body`, so it must not change afterwards. Whatever
 * does not add up to the last byte is refused.
 */
export function decodeRequest(body: Uint8Array, headers: MessageHeaders): CodecResult<InferRequest> {
  return attempt(() => {
    const { fields, tensors } = decode(body, headers, "inputs");
    return requestOf(fields, tensors);
  });
}

/** Reads a reply, as `decodeRequest` reads a request. */
export function decodeReply(body: Uint8Array, headers: MessageHeaders): CodecResult<InferReply> {
  return attempt(() => {
    const { fields, tensors } = decode(body, headers, "outputs");
    return replyOf(fields, tensors);
  });
}
