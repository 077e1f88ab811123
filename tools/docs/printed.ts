/** The longest line of a page's JSON. */
const WIDEST = 180;

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const entriesOf = (value: object): readonly [string, unknown][] => Object.entries(value);

/** The values of `actual` at what a page shows of it: the same keys, and of a list's elements those of the element shown there, or of the last. */
export function restrictToShown(shown: unknown, actual: unknown): unknown {
  if (Array.isArray(shown) && Array.isArray(actual)) {
    return actual.map((each: unknown, index) => restrictToShown(shown[Math.min(index, shown.length - 1)], each));
  }
  if (!isObject(shown) || !isObject(actual)) return actual;
  const found = new Map(entriesOf(actual));
  return Object.fromEntries(entriesOf(shown).map(([key, value]) => [key, restrictToShown(value, found.get(key))]));
}

function onOneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(onOneLine).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = entriesOf(value).map(([key, each]) => `${JSON.stringify(key)}: ${onOneLine(each)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** JSON for people: what fits on a line stands on one, but for the outermost object. `column` is where its first line begins. */
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
