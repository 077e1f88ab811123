import { excerpt } from "../bytes/excerpt.ts";
import { Problem } from "../contract/problems.ts";
import { parseHeaderValue } from "./multipart/header-value.ts";

/** Media types of a JSON body. */
export const JSON_MEDIA_TYPE = /^(?:application|text)\/json$|^[^/]+\/.+\+json$/u;

/** A body's media type without parameters, in lower case; empty if it has none. */
export function mediaTypeOf({ headers }: Request): string {
  return parseHeaderValue(headers.get("content-type") ?? "").value;
}

/** Bodies that are often sent with a content type that is not theirs: what their first characters say, and what to do. */
const hints: readonly { readonly start: RegExp; readonly hint: string }[] = [
  { start: /^\s*[[{]/u, hint: "It looks like JSON: send it as application/json." },
  { start: /^\s*--/u, hint: "It looks like a form: send it as multipart/form-data with its boundary." },
  { start: /^\s*(?:data:|https?:\/\/)/iu, hint: "It looks like a URL: send it as `image` in a JSON object." },
  { start: /^[\w[\]]+=/u, hint: "It looks like a form: send it as application/x-www-form-urlencoded." },
];

/** Length of the start of a body in which `hints` are looked for, in bytes. */
const START_BYTES = 64;

/** Says what a body looks like although its content type says something else; empty if it looks like nothing known. */
export function hintFor(body: Uint8Array): string {
  const start = new TextDecoder().decode(body.subarray(0, START_BYTES));
  return hints.find((each) => each.start.test(start))?.hint ?? "";
}

/** The problem of a body with an unsupported content type. `hint` is a sentence about what to do instead, or empty. */
export function unsupportedMediaType(contentType: string, hint: string): Problem {
  const type =
    contentType === "" ? "The body has no content type." : `The body's content type is ${excerpt(contentType)}.`;
  return new Problem("unsupported-media-type", `${type} ${hint}`.trim());
}
