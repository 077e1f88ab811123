import type { ApiRequest } from "./call.ts";
import { type Image, imageInJson, resolveImage, type SentImage } from "./image.ts";

/** Options by the API's names. */
export type NamedOptions = Readonly<Record<string, unknown>>;

/**
 * Longest query in characters. Servers and proxies cut addresses off at 8 or 16 thousand, all headers included; longer options travel in a JSON
 * body, where the image takes a third more.
 */
export const MAX_QUERY_CHARACTERS = 4000;

function spelled(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  if (typeof value !== "object" || value === null) return String(value);
  // A box: the four numbers in their order.
  return ["x1", "y1", "x2", "y2"].map((key) => String(Reflect.get(value, key))).join(",");
}

/** Options that the query has several times, once for each value. */
const repeated: ReadonlySet<string> = new Set(["labels"]);

/** Options as the query spells them. */
export function queryOf(options: NamedOptions): URLSearchParams {
  const entries = Object.entries(options).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    return repeated.has(name) && Array.isArray(value)
      ? value.map((each) => [name, String(each)])
      : [[name, spelled(value)]];
  });
  return new URLSearchParams(entries);
}

async function inJson(path: string, image: SentImage, fields: NamedOptions): Promise<ApiRequest> {
  const body = JSON.stringify({ image: await imageInJson(image), ...fields });
  return { method: "POST", path, mediaType: "application/json", body };
}

/** A question whose body is JSON. */
export async function jsonRequest(path: string, image: Image, fields: NamedOptions): Promise<ApiRequest> {
  return inJson(path, await resolveImage(image), fields);
}

/** A question about one image: bytes go as they are, with the options in the query; words, and options that are too long for that, go as JSON. */
export async function imageRequest(path: string, image: Image, options: NamedOptions): Promise<ApiRequest> {
  const sent = await resolveImage(image);
  const query = queryOf(options).toString();
  if (sent.kind === "words" || query.length > MAX_QUERY_CHARACTERS) return inJson(path, sent, options);
  const address = query === "" ? path : `${path}?${query}`;
  return { method: "POST", path: address, mediaType: sent.mediaType, body: sent.file };
}

/** A question about several images. */
export async function batchRequest(
  path: string,
  items: readonly (NamedOptions & { readonly image: Image })[],
): Promise<ApiRequest> {
  const written = items.map(async ({ image, ...fields }) => ({
    image: await imageInJson(await resolveImage(image)),
    ...fields,
  }));
  return {
    method: "POST",
    path,
    mediaType: "application/json",
    body: JSON.stringify({ items: await Promise.all(written) }),
  };
}
