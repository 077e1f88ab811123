import { CodecError } from "./codec-failure.ts";

/** Context that newer runtimes (Node 22, workerd) pass to a reviver: the source text of the number. */
interface SourceText {
  readonly source?: string;
}

/** An integer of sixteen digits or more, without fraction or exponent: a double may round it. Longer ones than UINT64's twenty digits are no 64-bit integers. */
const longInteger = /(?<![\d.])\d{16,20}(?![\d.eE])/;

/** Maximum number of commas in a text whose long integers are parsed exactly. The reviver takes two microseconds for each value, of any kind. */
const MAX_EXACT_COMMAS = 2 ** 16;

function hasManyCommas(text: string): boolean {
  let count = 0;
  for (let at = text.indexOf(","); at !== -1 && count <= MAX_EXACT_COMMAS; at = text.indexOf(",", at + 1)) count += 1;
  return count > MAX_EXACT_COMMAS;
}

function withExactIntegers(_key: string, value: unknown, context?: SourceText): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/**
 * Parses JSON. If it contains 64-bit tensors, integers beyond 2^53 become exact bigints. A runtime without source text returns the rounded
 * number, which is no safe integer, so that decoding it as an integer fails; so does a text with more than `MAX_EXACT_COMMAS`. Other messages avoid the slower reviver.
 */
export function parseExactly(text: string): unknown {
  const needsExact = text.includes("INT64") && longInteger.test(text) && !hasManyCommas(text);
  try {
    return needsExact ? JSON.parse(text, withExactIntegers) : JSON.parse(text);
  } catch {
    // Includes the RangeError for a nesting that is too deep for the reviver.
    throw new CodecError("json", "body");
  }
}

/** Serializes `fields` with one more member that is already JSON: the `data` of a tensor, or the tensors of a message. */
export function withMember(fields: Readonly<Record<string, unknown>>, key: string, json: string): string {
  const head = JSON.stringify(fields).slice(0, -1);
  return `${head}${head === "{" ? "" : ","}${JSON.stringify(key)}:${json}}`;
}
