import { optionsByInput } from "../contract/requests.ts";
import type { ImageInput } from "../contract/service.ts";
import { invalidRequest } from "./invalid-request.ts";
import { JSON_MEDIA_TYPE } from "./media-type.ts";
import { parseHeaderValue } from "./multipart/header-value.ts";
import { type PartHeader, parsePartHeader } from "./multipart/part-header.ts";
import { type Part, splitParts } from "./multipart/parts.ts";

/** Syntax of a boundary: wider than RFC 2046, 5.1.1, as senders are. */
const BOUNDARY = /^[ -~]{0,199}[!-~]$/u;

const NO_BOUNDARY = "The content type names no boundary: let your HTTP client write the content type of the form.";

/** A field of a form: its name and its text, spelled as in a query. */
export type Field = readonly [name: string, text: string];

/** A file of a form, as it was sent. */
export type FormFile = Extract<ImageInput, { kind: "bytes" | "base64" }>;

/** A parsed form. */
export interface SentForm {
  readonly files: readonly FormFile[];
  readonly fields: readonly Field[];
}

type FormPart = PartHeader & Pick<Part, "content">;

/** Names of the options of all tasks. */
const optionNames: ReadonlySet<string> = new Set(
  Object.values(optionsByInput).flatMap(({ shape }) => Object.keys(shape)),
);

/** A part's text; undefined if the bytes are none in its charset. NUL is in no text, and in the first bytes of most files. */
function textOf({ content, charset }: Pick<FormPart, "content" | "charset">): string | undefined {
  try {
    const text = new TextDecoder(charset, { fatal: true, ignoreBOM: false }).decode(content);
    return text.includes("\0") ? undefined : text;
  } catch {
    // The bytes are invalid (TypeError), or no such charset is known (RangeError).
    return undefined;
  }
}

/** Whether a part is a file by its header: it has a file name, or a type that is no text's. */
function isFile({ fileName, mediaType }: FormPart): boolean {
  const isText = mediaType === "" || mediaType.startsWith("text/") || JSON_MEDIA_TYPE.test(mediaType);
  return fileName !== undefined || !isText;
}

/** Whether the user selected a file: for an empty file input, a browser sends an empty name and no bytes. */
function isChosen({ fileName, content }: FormPart): boolean {
  return fileName !== "" || content.length > 0;
}

/** The transfer encoding of mail that changes a part's bytes, besides base64. Others (`8bit`, `binary`) do not. */
const QUOTED_PRINTABLE = "quoted-printable";

function checkTransferEncoding({ name = "", transferEncoding }: PartHeader): void {
  if (transferEncoding !== QUOTED_PRINTABLE) return;
  throw invalidRequest(name, `Send the part's bytes as they are, not ${QUOTED_PRINTABLE}.`);
}

function fileOf({ content, transferEncoding }: FormPart): FormFile {
  if (transferEncoding !== "base64") return { kind: "bytes", bytes: content };
  return { kind: "base64", text: new TextDecoder("latin1").decode(content) };
}

/** Bytes of a text in base64; undefined if it is none. */
function base64Bytes(content: Uint8Array): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(new TextDecoder("latin1").decode(content)), (byte) => byte.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function fieldText(part: FormPart): string | undefined {
  const content = part.transferEncoding === "base64" ? base64Bytes(part.content) : part.content;
  return content && textOf({ ...part, content });
}

type Read = { readonly file: FormFile } | { readonly field: Field } | undefined;

/**
 * Reads a part. A part with neither a file name nor a type is a file if its bytes are no text, since some tools send files so (n8n); but if it
 * has the name of an option, it is a text in another encoding. Returns `undefined` for a blank part without a name.
 */
function readPart(part: FormPart): Read {
  checkTransferEncoding(part);
  if (isFile(part)) return { file: fileOf(part) };
  const { name = "", mediaType, charset } = part;
  const text = fieldText(part);
  if (text === undefined && mediaType === "" && !optionNames.has(name)) return { file: fileOf(part) };
  if (text === undefined) throw invalidRequest(name, `Send UTF-8: the bytes are no text in ${charset}.`);
  if (part.name !== undefined) return { field: [name, text] };
  if (text.trim() === "") return undefined;
  throw invalidRequest("", "A part of the form has no name.");
}

/** The boundary that a content type names; undefined if it names none. */
export function boundaryOf(contentType: string): string | undefined {
  return parseHeaderValue(contentType).parameters.get("boundary");
}

/** Returns the boundary of a form. Throws `invalid-request` if its content type names none that can be used. */
export function boundaryIn(contentType: string): string {
  const boundary = boundaryOf(contentType) ?? "";
  if (BOUNDARY.test(boundary)) return boundary;
  throw invalidRequest("", NO_BOUNDARY);
}

/** Parses a multipart/form-data body; `contentType` contains its boundary. Throws `invalid-request`. */
export function parseForm(body: Uint8Array, contentType: string): SentForm {
  const parts = splitParts(body, boundaryIn(contentType));
  if ("failure" in parts) throw invalidRequest("", parts.failure);
  const read = parts
    .map(({ header, content }) => ({ ...parsePartHeader(header), content }))
    .filter(isChosen)
    .map(readPart);
  return {
    files: read.flatMap((each) => (each !== undefined && "file" in each ? [each.file] : [])),
    fields: read.flatMap((each) => (each !== undefined && "field" in each ? [each.field] : [])),
  };
}
