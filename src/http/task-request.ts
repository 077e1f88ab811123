import { bodiesByInput, isUrl, type JsonImage, optionsByInput, type TaskOptions } from "../contract/requests.ts";
import type { ImageInput, TaskRequest, TaskRow } from "../contract/service.ts";
import { isUploadHandle } from "../contract/uploads.ts";
import { hasImageSignature } from "../image/sniff.ts";
import { type BodyOptions, readBody } from "./body.ts";
import { invalidRequest } from "./invalid-request.ts";
import { parseJsonObject } from "./json.ts";
import type { OwnRequests } from "./known-requests.ts";
import { hintFor, JSON_MEDIA_TYPE, mediaTypeOf, unsupportedMediaType } from "./media-type.ts";
import { boundaryOf, parseForm, type SentForm } from "./form.ts";
import { queryOptions } from "./query.ts";
import { parseFields, parseUrlEncoded } from "./url-encoded.ts";
import { validated } from "./validated.ts";

/** Converts the image of a JSON body. */
export function imageInput(image: JsonImage): ImageInput {
  if (typeof image !== "string") {
    if ("upload" in image) return { kind: "upload", handle: image.upload };
    return "url" in image ? { kind: "url", url: image.url } : { kind: "base64", text: image.base64 };
  }
  if (isUploadHandle(image)) return { kind: "upload", handle: image };
  return isUrl(image) ? { kind: "url", url: image } : { kind: "base64", text: image };
}

/** Parses the query's options. Throws `invalid-request` for too many, and for an image: query strings are logged, truncated and displayed. */
function optionsInQuery({ url }: Request): Readonly<Record<string, unknown>> {
  // Most requests have no query, and parsing a URL costs as much as reading the rest of a small request.
  if (!url.includes("?")) return {};
  const query = queryOptions(parseFields(new URL(url).search.slice(1)));
  if (!Object.hasOwn(query, "image")) return query;
  throw invalidRequest("image", "Send the image in the body, not in the URL.");
}

/** A request whose body was read. */
interface Received {
  readonly body: Uint8Array;
  /** The options in the query, not validated. An option in the body overrides them. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly contentType: string;
}

type Reader = (row: TaskRow, received: Received) => TaskRequest;

/** The request for an image inside of `given`. Throws `Problem`. */
export function withImageField(row: TaskRow, given: Readonly<Record<string, unknown>>): TaskRequest {
  const { image, ...options } = validated(bodiesByInput[row.input], given);
  return { task: row.name, image: imageInput(image), options };
}

/** The request for a file. `given` has its options. */
function withFile(row: TaskRow, image: ImageInput, given: Readonly<Record<string, unknown>>): TaskRequest {
  return { task: row.name, image, options: validated(optionsByInput[row.input], given) };
}

/** What is said of a body that looks like nothing known. */
const UNKNOWN_BYTES = "Its bytes are of no image format known here.";

const fromBytes: Reader = (row, { body, query }) => withFile(row, { kind: "bytes", bytes: body }, query);

/** Bytes that are called an image and do not begin like one. */
const fromUnknownBytes: Reader = (row, received) => {
  const hint = hintFor(received.body);
  if (hint === "") return fromBytes(row, received);
  throw unsupportedMediaType(received.contentType, hint);
};

const fromJson: Reader = (row, { body, query }) => withImageField(row, { ...query, ...parseJsonObject(body) });

/** Fields are spelled as in the query. Without a file, `image` may be a field, with the syntax of a string in JSON. */
function fromFields(row: TaskRow, { files, fields }: SentForm, query: Received["query"]): TaskRequest {
  const given = { ...query, ...queryOptions(fields) };
  const [file, ...others] = files;
  if (file === undefined) return withImageField(row, given);
  if (others.length === 0 && !Object.hasOwn(given, "image")) return withFile(row, file, given);
  throw invalidRequest("image", "The form holds more than one image; send one.");
}

const fromForm: Reader = (row, { body, contentType, query }) => fromFields(row, parseForm(body, contentType), query);

const fromUrlEncoded: Reader = (row, { body, contentType, query }) => {
  const fields = parseUrlEncoded(body);
  if (fields === undefined) throw unsupportedMediaType(contentType, hintFor(body) || UNKNOWN_BYTES);
  return fromFields(row, { files: [], fields }, query);
};

/** Media types of bodies that are images, whatever they hold. */
const IMAGE_TYPE = /^(?:image\/.*|(?:application|binary)\/octet-stream)$/u;

/** How a body is read that is not an image by its first bytes, by its media type. */
const readers: readonly { readonly accepts: RegExp; readonly read: Reader }[] = [
  { accepts: JSON_MEDIA_TYPE, read: fromJson },
  { accepts: /^multipart\/form-data$/u, read: fromForm },
  { accepts: /^application\/x-www-form-urlencoded$/u, read: fromUrlEncoded },
  { accepts: IMAGE_TYPE, read: fromUnknownBytes },
];

/** Whether a body is an image although its content type may say something else. A form with a boundary is none: any text may precede its parts. */
function isImage({ body, contentType }: Received): boolean {
  return hasImageSignature(body) && boundaryOf(contentType) === undefined;
}

/** Returns the options of a request whose body can only be an image, before it is read; undefined if the body may have options. Throws `Problem`. */
export function optionsBeforeBody(row: TaskRow, request: Request): TaskOptions | undefined {
  if (!IMAGE_TYPE.test(mediaTypeOf(request))) return undefined;
  return validated(optionsByInput[row.input], optionsInQuery(request));
}

/** What a received body asks for. A body that begins like an image file is the image, whatever its content type: tools send images under any. */
function readReceived(row: TaskRow, request: Request, received: Received): TaskRequest {
  const { body, contentType } = received;
  if (isImage(received)) return fromBytes(row, received);
  const mediaType = mediaTypeOf(request);
  const reader = readers.find(({ accepts }) => accepts.test(mediaType));
  if (reader !== undefined) return reader.read(row, received);
  if (body.length === 0) return fromBytes(row, received);
  throw unsupportedMediaType(contentType, hintFor(body) || UNKNOWN_BYTES);
}

/** The part of a URL from its question mark on. */
function searchOf({ url }: Request): string {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start);
}

/** Reads one task's request: an image, JSON or a form. With `known`, a repeat of a small body is the same request. Throws `Problem`. */
export async function readTaskRequest(
  row: TaskRow,
  request: Request,
  { known, ...options }: BodyOptions & { readonly known?: OwnRequests | undefined },
): Promise<TaskRequest> {
  const query = optionsInQuery(request);
  const body = await readBody(request, options);
  const contentType = request.headers.get("content-type") ?? "";
  const read = (): TaskRequest => readReceived(row, request, { body, query, contentType });
  return known?.requestOf({ task: row.name, search: searchOf(request), contentType, body }, read) ?? read();
}
