import { MAX_MICRO_USD } from "../contract/micro-usd.ts";

/** A bare item of a structured field (RFC 9651, section 3.3), of the kinds that are used here: Integer, String or Boolean. */
export type BareItem = number | string | boolean;

/** An item with its parameters; a parameter that is undefined is left out. */
export interface FieldItem {
  readonly value: BareItem;
  readonly parameters?: Readonly<Record<string, BareItem | undefined>>;
}

/** Whether a number is an Integer of RFC 9651: fifteen decimal digits at most. */
export function isFieldInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= MAX_MICRO_USD;
}

/** Most texts have nothing to escape; to replace nothing costs as much as the rest of an item. */
function escaped(text: string): string {
  return /["\\]/u.test(text) ? text.replaceAll(/["\\]/gu, String.raw`\$&`) : text;
}

/** Throws a TypeError for a value that has no form in a field: that is a bug of whoever computed it, and half of a field would be a lie. */
function bareItem(value: BareItem): string {
  if (typeof value === "boolean") return value ? "?1" : "?0";
  if (typeof value === "number" && isFieldInteger(value)) return String(value === 0 ? 0 : value);
  if (typeof value === "string" && /^[ -~]*$/u.test(value)) return `"${escaped(value)}"`;
  throw new TypeError(`${typeof value} that a structured field cannot hold`);
}

/** Serializes an item (RFC 9651, section 4.1.3). Throws a TypeError for a number that is no Integer, or a text that is not printable ASCII. */
export function fieldItem({ value, parameters = {} }: FieldItem): string {
  const pairs = Object.entries(parameters).flatMap(([name, parameter]) => {
    if (parameter === undefined) return [];
    // A parameter that is true has no value in the canonical form.
    return [parameter === true ? `;${name}` : `;${name}=${bareItem(parameter)}`];
  });
  return bareItem(value) + pairs.join("");
}

/** Serializes a list of items (RFC 9651, section 4.1.1), of at least one: an empty list is a field that is not sent. Throws like `fieldItem`. */
export function fieldList(items: readonly FieldItem[]): string {
  return items.map(fieldItem).join(", ");
}

/** Parses a field whose value is one String without parameters (RFC 9651, section 4.2.5). Returns `undefined` for anything else. */
export function parseFieldString(field: string): string | undefined {
  const inner = /^ *"(?<inner>(?:[ !#-[\]-~]|\\["\\])*)" *$/u.exec(field)?.groups?.["inner"];
  return inner?.replaceAll(/\\(?<char>["\\])/gu, "$<char>");
}

/** Parses a field whose value is one Integer without parameters (RFC 9651, section 4.2.4). Returns `undefined` for anything else. */
export function parseFieldInteger(field: string): number | undefined {
  return /^ *-?\d{1,15} *$/u.test(field) ? Number(field) : undefined;
}
