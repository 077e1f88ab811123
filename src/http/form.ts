import {
  getMultipartBoundary,
  MultipartParseError,
  type MultipartPart,
  parseMultipart,
} from "@remix-run/multipart-parser";
import { type Issue, Problem } from "../contract/problems.ts";

/** Maximum number of parts of a form: an image, the largest number of labels (`contract/requests.ts`), and the other options. */
export const MAX_FORM_PARTS = 100;

/** Largest header of a part in bytes: its name, file name and type. */
const MAX_PART_HEADER_BYTES = 4096;

/** Syntax of a boundary (RFC 2046, 5.1.1). */
const BOUNDARY = /^[\w'()+,./:=? -]{1,70}$/u;

/** A parsed form. */
export interface MultipartForm {
  readonly files: readonly Uint8Array[];
  /** The parts that are not files, spelled as in a query. */
  readonly fields: URLSearchParams;
}

function invalidForm(message: string, path = ""): Problem {
  const issue: Issue = { path, message };
  return new Problem("invalid-request", message, { issues: [issue] });
}

/** Whether the user selected a file: for an empty file input, a browser sends an empty name and no bytes. */
function isChosen({ filename, size }: MultipartPart): boolean {
  return filename !== "" || size > 0;
}

/** Whether a part is a file. A part with an image type is one even without a file name. */
function isFile(part: MultipartPart): boolean {
  return part.isFile || (part.mediaType ?? "").startsWith("image/");
}

/** The parts of a body. The body's size is limited before, when it is read. */
function partsOf(body: Uint8Array, boundary: string): readonly MultipartPart[] {
  const limits = { maxHeaderSize: MAX_PART_HEADER_BYTES, maxParts: MAX_FORM_PARTS };
  try {
    return [...parseMultipart(body, { boundary, ...limits, maxFileSize: body.length, maxTotalSize: body.length })];
  } catch (thrown) {
    if (thrown instanceof MultipartParseError) throw invalidForm(`The form cannot be read: ${thrown.message}.`);
    throw thrown;
  }
}

/** Parses a multipart/form-data body; `contentType` contains its boundary. Throws `invalid-request`. */
export function parseForm(body: Uint8Array, contentType: string): MultipartForm {
  const boundary = getMultipartBoundary(contentType)?.trim() ?? "";
  if (!BOUNDARY.test(boundary)) throw invalidForm("The content type names no boundary.");
  const parts = partsOf(body, boundary);
  const fields = parts.filter((part) => !isFile(part));
  if (fields.some(({ name }) => name === undefined)) throw invalidForm("A part of the form has no name.");
  return {
    files: parts.filter((part) => isFile(part) && isChosen(part)).map(({ bytes }) => bytes),
    fields: new URLSearchParams(fields.map(({ name = "", text }) => [name, text])),
  };
}

/** The only file of a form; `undefined` if there is none. Throws `invalid-request` if the form contains more than one image. */
export function onlyFile({ files, fields }: MultipartForm): Uint8Array | undefined {
  const [file] = files;
  if (files.length + (file !== undefined && fields.has("image") ? 1 : 0) <= 1) return file;
  throw invalidForm("The form holds more than one image; send one.", "image");
}
