import { invalidRequest } from "./invalid-request.ts";
import { MAX_JSON_DELIMITERS, parseJson } from "./json.ts";

/** Maximum number of elements of a list in a text: as many as in JSON. Validation, whose limits are lower, would look at each of a million. */
export const MAX_LIST_ELEMENTS = MAX_JSON_DELIMITERS;

/** Throws `invalid-request` for an option with too many elements. */
export function checkElements(name: string, { length }: readonly unknown[]): void {
  if (length > MAX_LIST_ELEMENTS) throw invalidRequest(name, `Send a list with at most ${MAX_LIST_ELEMENTS} commas.`);
}

/** Whether a piece of a record contains an odd number of quotes: then a quoted field begins or ends in it. */
function isOdd(piece: string): boolean {
  return (piece.split('"').length - 1) % 2 === 1;
}

/** Removes the quotes of a quoted field. */
function unquoted(field: string): string {
  const text = field.trim();
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  return isQuoted ? text.slice(1, -1).replaceAll('""', '"') : text;
}

/** The fields of one record of CSV (RFC 4180), split at its commas: a quoted field may contain commas. In linear time. */
function csvFields(record: readonly string[]): readonly string[] {
  const fields: string[][] = [];
  let isOpen = false;
  for (const piece of record) {
    if (isOpen) fields.at(-1)?.push(piece);
    else fields.push([piece]);
    const startsQuoted: boolean = isOpen || piece.trimStart().startsWith('"');
    isOpen = startsQuoted && isOdd(piece) !== isOpen;
  }
  return fields.map((pieces) => unquoted(pieces.join(",")));
}

/**
 * Parses a list that is written as one text: `snail,truck`, or as a record of CSV like `labels` of the flat answer (`"a cat, asleep",truck`), or as a JSON list
 * (`["snail","truck"]`), as tools write that insert a list into a query. Blank elements are left out. A text in brackets that is not JSON is
 * returned as it is, so that validation names the field. Throws `invalid-request` for the option `name` if there are more than `MAX_LIST_ELEMENTS`,
 * blank ones and commas in quotes counted too.
 */
export function parseList(name: string, text: string): unknown {
  const trimmed = text.trim();
  const isInBrackets = trimmed.startsWith("[") && trimmed.endsWith("]");
  if (!isInBrackets) {
    const pieces = text.split(",", MAX_LIST_ELEMENTS + 1);
    checkElements(name, pieces);
    return csvFields(pieces).filter((field) => field !== "");
  }
  try {
    return parseJson(new TextEncoder().encode(text));
  } catch {
    return text;
  }
}
