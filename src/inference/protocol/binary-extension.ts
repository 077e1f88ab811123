import { concatBytes } from "./bytes.ts";
import { codecResultOf, CodecError } from "./codec-failure.ts";
import type { CodecResult } from "./codec-failure.ts";
import type { NamedTensor } from "./datatypes.ts";
import { parseExactly, withMember } from "./exact-json.ts";
import { checkNames, fieldsOf, listOf } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { replyFields, replyOf, requestFields, requestOf } from "./messages.ts";
import type { InferReply, InferRequest } from "./messages.ts";
import { encodeTensor, tensorFieldsOf, tensorOf } from "./tensor-fields.ts";
import type { TensorFields } from "./tensor-fields.ts";

/** Header with the length in bytes of the JSON at the start of the body; without it the whole body is JSON. */
const HEADER_LENGTH = "Inference-Header-Content-Length";

/**
 * Maximum number of BYTES elements in a message. An empty element takes four bytes on the wire and about a hundred in
 * memory, so a small body of empty elements could exhaust memory.
 */
export const MAX_BYTES_ELEMENTS = 2 ** 18;

/** An encoded message. */
export interface EncodedMessage {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Content-Type and, if the body has binary data, Inference-Header-Content-Length. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The part of `Headers` that decoding needs; names are case-insensitive. */
export interface MessageHeaders {
  get(name: string): string | null;
}

/** Whether the tensor of this name is sent as binary data instead of JSON. */
export type IsBinary = (name: string) => boolean;

function encode(fields: Fields, list: string, tensors: readonly NamedTensor[], isBinary: IsBinary): EncodedMessage {
  checkNames(tensors, list);
  const encoded = tensors.map((tensor) => encodeTensor(tensor, isBinary(tensor.name)));
  const json = new TextEncoder().encode(withMember(fields, list, `[${encoded.map((each) => each.json).join(",")}]`));
  const body = concatBytes([json, ...encoded.flatMap(({ chunks }) => chunks)]);
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

/** Checks the sizes in the JSON against the body before memory for elements is allocated. */
function checkTotals(tensors: readonly TensorFields[], sectionBytes: number): void {
  const claimed = tensors.reduce((sum, { binaryBytes = 0 }) => sum + binaryBytes, 0);
  if (claimed !== sectionBytes) throw new CodecError("byte-count", "body");
  const elements = tensors.reduce((sum, { datatype, count }) => sum + (datatype === "BYTES" ? count : 0), 0);
  if (elements > MAX_BYTES_ELEMENTS) throw new CodecError("shape", "body");
}

function tensorsOf(values: readonly unknown[], list: string, sections: Uint8Array): readonly NamedTensor[] {
  const tensors = values.map((value) => tensorFieldsOf(value, list));
  checkNames(tensors, list);
  checkTotals(tensors, sections.length);
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

/** Encodes a request; without binary tensors the body is plain JSON. Copies the tensors' data once. */
export function encodeRequest(request: InferRequest, isBinary: IsBinary): CodecResult<EncodedMessage> {
  return codecResultOf(() => encode(requestFields(request), "inputs", request.inputs, isBinary));
}

/** Encodes a reply; `wantsBinary` of the request returns which outputs are binary. */
export function encodeReply(reply: InferReply, isBinary: IsBinary): CodecResult<EncodedMessage> {
  return codecResultOf(() => encode(replyFields(reply), "outputs", reply.outputs, isBinary));
}

/**
 * Decodes a request with binary tensors, JSON tensors or both. Tensors may be views of `body`, so it must not change afterwards. Fails
 * unless all sizes match the body exactly.
 */
export function decodeRequest(body: Uint8Array, headers: MessageHeaders): CodecResult<InferRequest> {
  return codecResultOf(() => {
    const { fields, tensors } = decode(body, headers, "inputs");
    return requestOf(fields, tensors);
  });
}

/** Decodes a reply; otherwise like `decodeRequest`. */
export function decodeReply(body: Uint8Array, headers: MessageHeaders): CodecResult<InferReply> {
  return codecResultOf(() => {
    const { fields, tensors } = decode(body, headers, "outputs");
    return replyOf(fields, tensors);
  });
}
