import { CodecError } from "./codec-failure.ts";

/** Context that newer runtimes (Node 22, workerd) pass to a reviver: the source text of the number. */
interface SourceText {
  readonly source?: string;
}

/** An integer of sixteen or more digits, without fraction or exponent: a double may round it. */
const longInteger = /(?<![\d.])\d{16,}(?![\d.eE])/;

function withExactIntegers(_key: string, value: unknown, context?: SourceText): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/**
 * Parses JSON. If it contains 64-bit tensors, integers beyond 2^53 become exact bigints. A runtime without source text returns the rounded
 * number, which is no safe integer, so that decoding it as an integer fails. Other messages avoid the slower reviver.
 */
export function parseExactly(text: string): unknown {
  const needsExact = text.includes("INT64") && longInteger.test(text);
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
