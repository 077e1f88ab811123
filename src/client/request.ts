import type { ApiRequest } from "./call.ts";
import { type Image, imageInJson, resolveImage, type SentImage } from "./image.ts";

/** Options under the names of the API. */
export type NamedOptions = Readonly<Record<string, unknown>>;

/**
 * Maximum query length in characters. Servers and proxies limit the request head, all headers included, to 8 or 16 thousand characters; longer
 * options are sent in a JSON body, where the image takes a third more.
 */
export const MAX_QUERY_CHARACTERS = 4000;

/** Formats an option for the query: a list or a box as its elements, separated by commas. */
function formatQueryValue(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  if (typeof value !== "object" || value === null) return String(value);
  // A box: its four numbers.
  return ["x1", "y1", "x2", "y2"].map((key) => String(Reflect.get(value, key))).join(",");
}

/** Options that the query repeats, once per value. */
const repeatedOptions: ReadonlySet<string> = new Set(["labels"]);

/**
 * The values of a repeated option: its elements, or one JSON list of them. The API would divide a single label at its commas and trim it, and
 * leave out a blank one.
 */
function repeatedValues(elements: readonly unknown[]): readonly string[] {
  const texts = elements.map(String);
  const isChanged = texts.length === 1 && texts.some((text) => /[",[]/u.test(text) || text !== text.trim());
  return isChanged || texts.some((text) => text.trim() === "") ? [JSON.stringify(texts)] : texts;
}

/** Formats options as a query. */
export function queryOf(options: NamedOptions): URLSearchParams {
  const entries = Object.entries(options).flatMap(([name, value]): (readonly [string, string])[] => {
    if (value === undefined) return [];
    return repeatedOptions.has(name) && Array.isArray(value)
      ? repeatedValues(value).map((each) => [name, each] as const)
      : [[name, formatQueryValue(value)]];
  });
  return new URLSearchParams(entries.map(([name, value]) => [name, value]));
}

async function toJsonRequest(path: string, image: SentImage, fields: NamedOptions): Promise<ApiRequest> {
  const body = JSON.stringify({ image: await imageInJson(image), ...fields });
  return { method: "POST", path, mediaType: "application/json", body };
}

/** Builds a request with one image in a JSON body. */
export async function jsonRequest(path: string, image: Image, fields: NamedOptions): Promise<ApiRequest> {
  return toJsonRequest(path, await resolveImage(image), fields);
}

/**
 * Builds a request about one image. Bytes are sent as the body, with the options in the query; a string, and options that are too long for a
 * query, are sent as JSON.
 */
export async function imageRequest(path: string, image: Image, options: NamedOptions): Promise<ApiRequest> {
  const sent = await resolveImage(image);
  const query = queryOf(options).toString();
  if (sent.kind === "text" || query.length > MAX_QUERY_CHARACTERS) return toJsonRequest(path, sent, options);
  const pathWithQuery = query === "" ? path : `${path}?${query}`;
  return { method: "POST", path: pathWithQuery, mediaType: sent.mediaType, body: sent.file };
}

/** Builds a request about several images, in a JSON body with further fields. */
export async function batchRequest(
  path: string,
  items: readonly (NamedOptions & { readonly image: Image })[],
  more: NamedOptions = {},
): Promise<ApiRequest> {
  const encodedItems = items.map(async ({ image, ...fields }) => ({
    image: await imageInJson(await resolveImage(image)),
    ...fields,
  }));
  return {
    method: "POST",
    path,
    mediaType: "application/json",
    body: JSON.stringify({ items: await Promise.all(encodedItems), ...more }),
  };
}
