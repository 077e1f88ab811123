/** `1,2,3,4` → a box; anything else stays a text, so that validation names the field. */
function box(value: string): unknown {
  const numbers = value.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  const [x1, y1, x2, y2] = numbers;
  return numbers.length === 4 && numbers.every(Number.isFinite) ? { x1, y1, x2, y2 } : value;
}

function number(value: string): unknown {
  return value.trim() === "" || Number.isNaN(Number(value)) ? value : Number(value);
}

function boolean(value: string): unknown {
  return value === "true" || value === "false" ? value === "true" : value;
}

function list(value: string): unknown {
  return value.split(",");
}

/** Parsers of the options that are not texts; names as in `contract/requests.ts`. */
const parsers: ReadonlyMap<string, (value: string) => unknown> = new Map([
  ["max_new_tokens", number],
  ["beams", number],
  ["region", box],
  ["normalized_region", box],
  ["min_score", number],
  ["max_objects", number],
  ["include", list],
  ["overlay_image", boolean],
  ["stream", boolean],
]);

/** Options that may be repeated. */
const lists: ReadonlySet<string> = new Set(["labels"]);

/** Parses a query's options without validating them: `?region=10,20,110,220`, `?labels=cat&labels=dog`. */
export function queryOptions(query: URLSearchParams): Readonly<Record<string, unknown>> {
  const names = [...new Set(query.keys())];
  return Object.fromEntries(names.map((name) => [name, option(name, query.getAll(name))]));
}

function option(name: string, values: readonly string[]): unknown {
  if (lists.has(name)) return values;
  const [value] = values;
  if (values.length !== 1 || value === undefined) return values;
  return parsers.get(name)?.(value) ?? value;
}
