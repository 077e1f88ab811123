import { invalidRequest } from "./invalid-request.ts";
import { checkElements, parseList } from "./option-list.ts";

/** Numbers of a box: x1, y1, x2, y2. */
const BOX_NUMBERS = 4;

/** `1,2,3,4` → a box; anything else stays a text, so that validation names the field. */
function box(value: string): unknown {
  const numbers = value.split(",", BOX_NUMBERS + 1).map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [x1, y1, x2, y2] = numbers;
  return numbers.length === BOX_NUMBERS && numbers.every(Number.isFinite) ? { x1, y1, x2, y2 } : value;
}

function number(value: string): unknown {
  return Number.isNaN(Number(value)) ? value : Number(value);
}

/** Spellings of booleans in lower case: of JSON, of Python (`True`), of numbers, and of a checkbox in a form (`on`). */
const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["false", false],
  ["1", true],
  ["0", false],
  ["yes", true],
  ["no", false],
  ["on", true],
  ["off", false],
]);

function boolean(value: string): unknown {
  return booleans.get(value.trim().toLowerCase()) ?? value;
}

/** Parsers of the options that are neither texts nor lists; names as in `contract/requests.ts`. */
const parsers: ReadonlyMap<string, (value: string) => unknown> = new Map([
  ["max_new_tokens", number],
  ["beams", number],
  ["region", box],
  ["normalized_region", box],
  ["min_score", number],
  ["max_objects", number],
  ["overlay_image", boolean],
  ["stream", boolean],
  ["async", boolean],
]);

/** An element of a list in the syntax of PHP, Rails and axios: `labels[]`, `labels[0]`. */
const ELEMENT = /^(?<list>labels|include)\[\d*\]$/u;

type ListParser = (name: string, values: readonly string[], isRepeated: boolean) => unknown;

/** Parsers of lists, from the values of all fields of one name. A repeated label is whole, even if it contains a comma. */
const lists: ReadonlyMap<string, ListParser> = new Map<string, ListParser>([
  ["labels", (name, [value = "", ...others], isRepeated) => (isRepeated ? [value, ...others] : parseList(name, value))],
  ["include", (name, values) => values.flatMap((value) => parseList(name, value))],
]);

function option(name: string, fields: readonly (readonly [string, string])[]): unknown {
  const values = fields.map(([, value]) => value);
  const list = lists.get(name)?.(name, values, values.length > 1 || fields.some(([sent]) => sent !== name));
  if (Array.isArray(list)) checkElements(name, list);
  if (list !== undefined) return list;
  const [value] = values;
  if (values.length !== 1 || value === undefined) return values;
  return parsers.get(name)?.(value) ?? value;
}

/** Decoders put it in the place of bytes that are no UTF-8. */
const REPLACEMENT_CHARACTER = "\uFFFD";

const NOT_UTF8 = "Send UTF-8: the text has characters that could not be read.";

/**
 * Parses the options of a query or of a form without validating them: `?region=10,20,110,220&labels=cat&labels=dog`. A blank field counts as absent:
 * forms send one for each input that is not filled in. Throws `invalid-request` for a text that was not UTF-8, and for a list that is too
 * long.
 */
export function queryOptions(fields: Iterable<readonly [string, string]>): Readonly<Record<string, unknown>> {
  const filled = [...fields].filter(([, value]) => value.trim() !== "");
  const broken = filled.find(([, value]) => value.includes(REPLACEMENT_CHARACTER));
  if (broken !== undefined) throw invalidRequest(broken[0], NOT_UTF8);
  const byName = Map.groupBy(filled, ([name]) => ELEMENT.exec(name)?.groups?.["list"] ?? name);
  return Object.fromEntries([...byName].map(([name, same]) => [name, option(name, same)]));
}
