/** A header's value with its parameters: `form-data; name="a"`. */
export interface HeaderValue {
  /** What stands before the parameters, in lower case. */
  readonly value: string;
  /** The parameters by their names in lower case. Of several with one name, the first. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * One parameter. More lenient than RFC 9110, 5.6.6, since no sender of forms follows it exactly: a value without quotes ends at the next
 * semicolon, and a quote that is not closed ends with the header.
 */
const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:\\.|[^"\\])*)|([^;]*))/gsu;

/** Parses a header's value with parameters. Total: a part that is not a parameter is left out. */
export function parseHeaderValue(header: string): HeaderValue {
  const parameters = new Map<string, string>();
  for (const [, name = "", quoted, plain = ""] of header.matchAll(PARAMETER)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(?<character>.)/gsu, "$1") ?? plain.trim());
  }
  const [value = ""] = header.split(";", 1);
  return { value: value.trim().toLowerCase(), parameters };
}
