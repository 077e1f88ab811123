import { type BodyOptions, readBody } from "./body.ts";
import { parseJsonObject } from "./json.ts";
import { hintFor, JSON_MEDIA_TYPE, mediaTypeOf, unsupportedMediaType } from "./media-type.ts";

/** What is said of a body that is no JSON. */
export const JSON_ONLY = "This operation takes one JSON object, as application/json.";

/** Reads the body of an operation that takes JSON only, with at most `maxDelimiters` of each delimiter. Throws `Problem`. */
export async function readJsonObject(
  request: Request,
  maxDelimiters: number,
  options: BodyOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const body = await readBody(request, options);
  if (JSON_MEDIA_TYPE.test(mediaTypeOf(request))) return parseJsonObject(body, maxDelimiters);
  throw unsupportedMediaType(request.headers.get("content-type") ?? "", hintFor(body) || JSON_ONLY);
}
