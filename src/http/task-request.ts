import type * as z from "zod";
import { type Issue, Problem, type ProblemCode } from "../contract/problems.ts";
import { bodiesByInput, type JsonImage, optionsByInput } from "../contract/requests.ts";
import type { ImageInput, TaskRequest, TaskRow } from "../contract/service.ts";
import { parseJsonObject, readBody } from "./body.ts";
import { queryOptions } from "./query.ts";

/** How many issues one problem lists: enough to mend a request, too few to echo a hostile one. */
const MAX_ISSUES = 20;

/** A field that is simply not there has a code of its own. */
const missingField: Readonly<Record<string, ProblemCode>> = {
  image: "image-required",
  text: "text-required",
  region: "region-required",
};

function issuesOf(error: z.ZodError): readonly Issue[] {
  const issues = error.issues.map(({ path, message }) => ({ path: path.map(String).join("."), message }));
  return issues.slice(0, MAX_ISSUES);
}

function isAbsent(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): boolean {
  const value = given[String(issue.path[0])];
  return issue.path.length === 1 && (value === undefined || (typeof value === "string" && value.trim() === ""));
}

function requestProblem(error: z.ZodError, given: Readonly<Record<string, unknown>>): Problem {
  const issues = issuesOf(error);
  const [first] = error.issues;
  const code = first === undefined || !isAbsent(first, given) ? undefined : missingField[String(first.path[0])];
  const detail = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join(" ");
  return new Problem(code ?? "invalid-request", detail, { issues });
}

function validated<Schema extends z.ZodType>(schema: Schema, given: Readonly<Record<string, unknown>>) {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw requestProblem(result.error, given);
}

function imageInput(image: JsonImage): ImageInput {
  return { kind: "base64", text: typeof image === "string" ? image : image.base64 };
}

type Reader = (row: TaskRow, request: Request) => Promise<TaskRequest>;

async function fromJson(row: TaskRow, request: Request): Promise<TaskRequest> {
  const query = queryOptions(new URL(request.url).searchParams);
  const given = { ...query, ...parseJsonObject(await readBody(request)) };
  const { image, ...options } = validated(bodiesByInput[row.input], given);
  return { task: row.name, image: imageInput(image), options };
}

async function fromBytes(row: TaskRow, request: Request): Promise<TaskRequest> {
  const options = validated(optionsByInput[row.input], queryOptions(new URL(request.url).searchParams));
  const bytes = await readBody(request);
  return { task: row.name, image: { kind: "bytes", bytes }, options };
}

/** Body readers by media type. Bytes are told apart by their own first bytes, so any image type and none will do. */
const readers: readonly { readonly accepts: RegExp; readonly read: Reader }[] = [
  { accepts: /^application\/(?:[\w.-]+\+)?json$/u, read: fromJson },
  { accepts: /^(?:image\/[\w.+-]+|application\/octet-stream)$/u, read: fromBytes },
];

/** One task's request, whichever way it was written. */
export function readTaskRequest(row: TaskRow, request: Request): Promise<TaskRequest> {
  const header = request.headers.get("content-type") ?? "";
  const mediaType = (header.split(";")[0] ?? "").trim().toLowerCase();
  const reader = readers.find(({ accepts }) => accepts.test(mediaType));
  if (reader !== undefined) return reader.read(row, request);
  const detail = mediaType === "" ? "The body has no content type." : `The body's content type is ${mediaType}.`;
  throw new Problem("unsupported-media-type", detail);
}
