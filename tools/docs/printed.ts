/** The maximum line width of a page's JSON. */
const WIDEST = 180;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const entriesOf = (value: object): readonly [string, unknown][] => Object.entries(value);

/** Restricts `actual` to the keys that `shown` has. A list element is restricted like the shown element at its index, or like the last one. */
export function restrictToShown(shown: unknown, actual: unknown): unknown {
  if (Array.isArray(shown) && Array.isArray(actual)) {
    return actual.map((each: unknown, index) => restrictToShown(shown[Math.min(index, shown.length - 1)], each));
  }
  if (!isObject(shown) || !isObject(actual)) return actual;
  const values = new Map(entriesOf(actual));
  return Object.fromEntries(entriesOf(shown).map(([key, value]) => [key, restrictToShown(value, values.get(key))]));
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = entriesOf(value).map(([key, each]) => `${JSON.stringify(key)}: ${onOneLine(each)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** Formats JSON for people: a value that fits is printed on one line, except for the outermost object. `column` is where its first line begins. */
export function printJson(value: unknown, depth = 0, column = 0): string {
  const line = onOneLine(value);
  if (!isObject(value) || (depth > 0 && column + line.length <= WIDEST)) return line;
  const indent = "  ".repeat(depth + 1);
  const inner = Array.isArray(value)
    ? value.map((each) => ["", each] as const)
    : entriesOf(value).map(([key, each]) => [`${JSON.stringify(key)}: `, each] as const);
  const lines = inner.map(([key, each]) => indent + key + printJson(each, depth + 1, indent.length + key.length));
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${lines.join(",\n")}\n${"  ".repeat(depth)}${close}`;
}
