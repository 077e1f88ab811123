import type * as z from "zod";
import { type Issue, Problem, type ProblemCode } from "../contract/problems.ts";
import { bodiesByInput, isUrl, type JsonImage, optionsByInput } from "../contract/requests.ts";
import type { ImageInput, TaskRequest, TaskRow } from "../contract/service.ts";
import { parseJsonObject, readBody } from "./body.ts";
import { onlyFile, parseForm } from "./multipart.ts";
import { queryOptions } from "./query.ts";

/** Longest message in characters: zod names every unknown key, and a caller can send a million. */
export const MAX_MESSAGE_CHARACTERS = 300;

/** Maximum number of issues of one problem: enough to correct a request, and too few for a large response to a malicious one. */
export const MAX_ISSUES = 20;

/** Fields with their own problem code for a missing value. The first missing field determines the code. */
const missingField = {
  image: "image-required",
  text: "text-required",
  region: "region-required",
} as const satisfies Readonly<Record<string, ProblemCode>>;

/** For a union, the issues of the variant that the value resembles: `region.x1`, not `region`. */
function withinUnion(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const closest = issue.errors.find((issues) => issues.every(({ path }) => path.length > 0)) ?? [];
  const inside = closest.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
  return inside.length > 0 ? inside : [issue];
}

function issuesOf(error: z.ZodError): readonly Issue[] {
  const issues = error.issues.flatMap(withinUnion);
  return issues.slice(0, MAX_ISSUES).map(({ path, message }) => ({
    path: path.map(String).join(".").slice(0, MAX_MESSAGE_CHARACTERS),
    message: message.slice(0, MAX_MESSAGE_CHARACTERS),
  }));
}

function isAbsent(field: string, { issues }: z.ZodError, given: Readonly<Record<string, unknown>>): boolean {
  const value = given[field];
  const isBlank = value === undefined || (typeof value === "string" && value.trim() === "");
  return isBlank && issues.some(({ path }) => path.length === 1 && path[0] === field);
}

function requestProblem(error: z.ZodError, given: Readonly<Record<string, unknown>>): Problem {
  const issues = issuesOf(error);
  const missing = Object.entries(missingField).find(([field]) => isAbsent(field, error, given));
  const detail = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  return new Problem(missing?.[1] ?? "invalid-request", detail, { issues });
}

/** Parses a value by a schema. Throws `invalid-request`, or the code of the missing field. */
export function validated<Schema extends z.ZodType>(schema: Schema, given: Readonly<Record<string, unknown>>) {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw requestProblem(result.error, given);
}

/** Converts the image of a JSON body. */
export function imageInput(image: JsonImage): ImageInput {
  if (typeof image !== "string") {
    return "url" in image ? { kind: "url", url: image.url } : { kind: "base64", text: image.base64 };
  }
  return isUrl(image) ? { kind: "url", url: image } : { kind: "base64", text: image };
}

type Reader = (row: TaskRow, request: Request) => Promise<TaskRequest>;

/** Parses the query's options. Throws `invalid-request` for an image: query strings are logged, truncated and displayed. */
function optionsInQuery(request: Request): Readonly<Record<string, unknown>> {
  // Most requests have no query, and parsing a URL costs as much as reading the rest of a small request.
  if (!request.url.includes("?")) return {};
  const query = queryOptions(new URL(request.url).searchParams);
  if (!Object.hasOwn(query, "image")) return query;
  const issue: Issue = { path: "image", message: "Send the image in the body, not in the URL." };
  throw new Problem("invalid-request", issue.message, { issues: [issue] });
}

async function fromJson(row: TaskRow, request: Request): Promise<TaskRequest> {
  const query = optionsInQuery(request);
  const given = { ...query, ...parseJsonObject(await readBody(request)) };
  const { image, ...options } = validated(bodiesByInput[row.input], given);
  return { task: row.name, image: imageInput(image), options };
}

async function fromBytes(row: TaskRow, request: Request): Promise<TaskRequest> {
  const options = validated(optionsByInput[row.input], optionsInQuery(request));
  const bytes = await readBody(request);
  return { task: row.name, image: { kind: "bytes", bytes }, options };
}

/** Fields are spelled as in the query. Without a file, `image` may be a field, with the syntax of a string in JSON. */
async function fromForm(row: TaskRow, request: Request): Promise<TaskRequest> {
  const query = optionsInQuery(request);
  const form = parseForm(await readBody(request), request.headers.get("content-type") ?? "");
  const given = { ...query, ...queryOptions(form.fields) };
  const bytes = onlyFile(form);
  if (bytes !== undefined) {
    return { task: row.name, image: { kind: "bytes", bytes }, options: validated(optionsByInput[row.input], given) };
  }
  const { image, ...options } = validated(bodiesByInput[row.input], given);
  return { task: row.name, image: imageInput(image), options };
}

/** Media types of a JSON body. */
export const JSON_MEDIA_TYPE = /^application\/(?:[\w.-]+\+)?json$/u;

/** Body readers by media type. The format of an image is detected from its first bytes, so any image type is accepted, and a generic one too. */
const readers: readonly { readonly accepts: RegExp; readonly read: Reader }[] = [
  { accepts: JSON_MEDIA_TYPE, read: fromJson },
  { accepts: /^(?:image\/[\w.+-]+|application\/octet-stream)$/u, read: fromBytes },
  { accepts: /^multipart\/form-data$/u, read: fromForm },
];

/** A body's media type without parameters; empty if it has none. */
export function mediaTypeOf({ headers }: Request): string {
  return ((headers.get("content-type") ?? "").split(";")[0] ?? "").trim().toLowerCase();
}

/** The problem of a body with an unsupported media type. */
export function unsupportedMediaType(mediaType: string): Problem {
  const detail = mediaType === "" ? "The body has no content type." : `The body's content type is ${mediaType}.`;
  return new Problem("unsupported-media-type", detail);
}

/** Reads one task's request: JSON, image bytes or a form. Throws `Problem`. */
export function readTaskRequest(row: TaskRow, request: Request): Promise<TaskRequest> {
  const mediaType = mediaTypeOf(request);
  const reader = readers.find(({ accepts }) => accepts.test(mediaType));
  if (reader !== undefined) return reader.read(row, request);
  throw unsupportedMediaType(mediaType);
}
