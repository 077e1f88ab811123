import { parseJson } from "./json.ts";

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

/** The fields of one record of CSV (RFC 4180): a quoted field may contain commas. In linear time. */
function csvFields(record: string): readonly string[] {
  const fields: string[][] = [];
  let isOpen = false;
  for (const piece of record.split(",")) {
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
 * returned as it is, so that validation names the field.
 */
export function parseList(text: string): unknown {
  const trimmed = text.trim();
  const isInBrackets = trimmed.startsWith("[") && trimmed.endsWith("]");
  if (!isInBrackets) return csvFields(text).filter((field) => field !== "");
  try {
    return parseJson(new TextEncoder().encode(text));
  } catch {
    return text;
  }
}
