import {
  getMultipartBoundary,
  MultipartParseError,
  type MultipartPart,
  parseMultipart,
} from "@remix-run/multipart-parser";
import { type Issue, Problem } from "../contract/problems.ts";

/** Most parts of a form: an image, as many labels as are taken (`contract/requests.ts`), and the other options. */
export const MAX_FORM_PARTS = 100;

/** Longest head of a part: its name, its file's name and its type. */
const MAX_PART_HEAD_BYTES = 4096;

/** RFC 2046, 5.1.1. */
const BOUNDARY = /^[\w'()+,./:=? -]{1,70}$/u;

/** A form as it was sent. */
export interface Form {
  readonly files: readonly Uint8Array[];
  /** What is no file, spelled as in a query. */
  readonly fields: URLSearchParams;
}

function refusal(message: string, path = ""): Problem {
  const issue: Issue = { path, message };
  return new Problem("invalid-request", message, { issues: [issue] });
}

/** A browser sends a file that nobody chose with an empty name and no bytes. */
function isChosen({ filename, size }: MultipartPart): boolean {
  return filename !== "" || size > 0;
}

/** An image's part is a file without a file's name, too. */
function isFile(part: MultipartPart): boolean {
  return part.isFile || (part.mediaType ?? "").startsWith("image/");
}

/** The parts of a body that was read within its bounds. */
function partsOf(body: Uint8Array, boundary: string): readonly MultipartPart[] {
  const limits = { maxHeaderSize: MAX_PART_HEAD_BYTES, maxParts: MAX_FORM_PARTS };
  try {
    return [...parseMultipart(body, { boundary, ...limits, maxFileSize: body.length, maxTotalSize: body.length })];
  } catch (thrown) {
    if (thrown instanceof MultipartParseError) throw refusal(`The form cannot be read: ${thrown.message}.`);
    throw thrown;
  }
}

/** Reads a multipart/form-data body; `contentType` names its boundary. Throws `Problem` `invalid-request`. */
export function parseForm(body: Uint8Array, contentType: string): Form {
  const boundary = getMultipartBoundary(contentType)?.trim() ?? "";
  if (!BOUNDARY.test(boundary)) throw refusal("The content type names no boundary.");
  const parts = partsOf(body, boundary);
  const fields = parts.filter((part) => !isFile(part));
  if (fields.some(({ name }) => name === undefined)) throw refusal("A part of the form has no name.");
  return {
    files: parts.filter((part) => isFile(part) && isChosen(part)).map(({ bytes }) => bytes),
    fields: new URLSearchParams(fields.map(({ name = "", text }) => [name, text])),
  };
}

/** The file of a form that holds no other image; `undefined` if there is none. */
export function onlyFile({ files, fields }: Form): Uint8Array | undefined {
  const [file] = files;
  if (files.length + (file !== undefined && fields.has("image") ? 1 : 0) <= 1) return file;
  throw refusal("The form holds more than one image; send one.", "image");
}
