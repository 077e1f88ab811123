import { isObject } from "./problem";

/** A query's values by their names. */
export type Query = Readonly<Record<string, unknown>>;

/** The corners of a box in the API's answers. */
const CORNERS = ["x1", "y1", "x2", "y2"] as const;

/** A value as the API reads it in a query: a list as JSON, the box of an earlier answer as `x1,y1,x2,y2`. */
function written(value: unknown): string {
  const isBox = isObject(value) && CORNERS.every((corner) => corner in value);
  if (isBox) return CORNERS.map((corner) => value[corner]).join(",");
  return typeof value === "string" ? value.trim() : JSON.stringify(value);
}

/** Writes all values as texts and leaves out what is not set. */
export function writtenQuery(query: Query): Readonly<Record<string, string>> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name, written(value)]).filter(([, text]) => text !== ""));
}

/** Options of an answer that a drawing has not; it comes at once. */
const FORMS: ReadonlySet<string> = new Set(["format", "box_format", "include", "async", "webhook"]);

/** Returns the query of the drawing of an answer: the same question, whose answer the API has in its cache. */
export function drawingQuery<Value>(
  query: Readonly<Record<string, Value>>,
  form: string,
): Record<string, Value | string> {
  const kept = Object.entries(query).filter(([name]) => !FORMS.has(name));
  return { ...Object.fromEntries(kept), overlay: form };
}
