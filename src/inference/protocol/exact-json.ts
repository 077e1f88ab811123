import { CodecError } from "./codec-failure.ts";

/** What newer runtimes (Node 22, workerd) hand to a reviver: the number as it is written. */
interface SourceText {
  readonly source?: string;
}

/** Sixteen digits or more, neither a fraction's nor before a fraction or an exponent: an integer that a double may not hold. */
const longInteger = /(?<![\d.])\d{16,}(?![\d.eE])/;

function exactly(_key: string, value: unknown, context?: SourceText): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/**
 * Parses JSON. Where it has 64-bit tensors, integers beyond 2^53 become bigints, exactly; a runtime that cannot do so leaves the
 * rounded number, which is no safe integer and is refused by whoever reads it as one. Others are spared the slower parsing.
 */
export function parseExactly(text: string): unknown {
  const needsExact = text.includes("INT64") && longInteger.test(text);
  try {
    return needsExact ? JSON.parse(text, exactly) : JSON.parse(text);
  } catch {
    // A RangeError, too, of a nesting that is too deep for the reviver.
    throw new CodecError("json", "body");
  }
}

/** Adds a member that is already written as JSON: `data` of a tensor, tensors of a message. */
export function withMember(fields: Readonly<Record<string, unknown>>, key: string, json: string): string {
  const head = JSON.stringify(fields).slice(0, -1);
  return `${head}${head === "{" ? "" : ","}${JSON.stringify(key)}:${json}}`;
}
