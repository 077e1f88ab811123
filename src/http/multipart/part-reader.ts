import { MAX_PART_HEADER_BYTES } from "./parts.ts";

/** What a reader finds: the header of a part, then the pieces of its content. The bytes are valid until the next call. */
export type PartEvent =
  | { readonly kind: "header"; readonly header: Uint8Array }
  | { readonly kind: "content"; readonly bytes: Uint8Array }
  | { readonly kind: "failure"; readonly failure: string };

/** Splits a multipart body that arrives in pieces, and keeps no more of it than a header. After a failure, or the end of the form, nothing more is found. */
export interface PartReader {
  push(bytes: Uint8Array): Generator<PartEvent, void, void>;
  /** The body has ended. Returns why it is no form, as one sentence. */
  end(): string | undefined;
}

const ascii = { tab: 0x09, lineFeed: 0x0a, carriageReturn: 0x0d, space: 0x20, hyphen: 0x2d } as const;

/** Most spaces and tabs after a boundary: no sender writes any, and what may be one must be kept. */
const MAX_PADDING = 1024;

const EMPTY = new Uint8Array(0);

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other;
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** A line that ends a part. Its line break is that of the whole form: 2 bytes for CRLF, 1 for a line feed; 0 after the last line. */
interface DelimiterLine {
  /** Start of the next line. */
  readonly end: number;
  readonly lineBreakBytes: number;
  readonly isLast: boolean;
}

/** Reads the line at an index: a delimiter, "no" delimiter, or "more" bytes are needed to know. */
function delimiterAt(bytes: Uint8Array, lineStart: number, pattern: Uint8Array): DelimiterLine | "no" | "more" {
  for (let index = 0; index < pattern.length; index += 1) {
    if (lineStart + index >= bytes.length) return "more";
    if (bytes[lineStart + index] !== pattern[index]) return "no";
  }
  const at = lineStart + pattern.length;
  if (bytes[at] === ascii.hyphen && bytes[at + 1] === ascii.hyphen)
    return { end: at + 2, lineBreakBytes: 0, isLast: true };
  if (bytes[at] === ascii.hyphen) return at + 1 >= bytes.length ? "more" : "no";
  let next = at;
  while (bytes[next] === ascii.space || bytes[next] === ascii.tab) next += 1;
  if (next - at > MAX_PADDING) return "no";
  if (next >= bytes.length || (bytes[next] === ascii.carriageReturn && next + 1 >= bytes.length)) return "more";
  if (bytes[next] === ascii.lineFeed) return { end: next + 1, lineBreakBytes: 1, isLast: false };
  const isBreak = bytes[next] === ascii.carriageReturn && bytes[next + 1] === ascii.lineFeed;
  return isBreak ? { end: next + 2, lineBreakBytes: 2, isLast: false } : "no";
}

/** Creates what splits one part into its header and its content. The break of the line before it counts as its first: it may be half of the empty line. */
function createPart(lineBreakBytes: number) {
  const lineBreak = lineBreakBytes === 2 ? "\r\n" : "\n";
  const longest = MAX_PART_HEADER_BYTES + 3 * lineBreakBytes;
  let buffered: Uint8Array | undefined = new TextEncoder().encode(lineBreak);
  const emptyLineIn = (bytes: Uint8Array): number =>
    // Latin-1 keeps one character for each byte.
    String.fromCharCode(...bytes.subarray(0, longest)).indexOf(lineBreak + lineBreak);
  return {
    *push(bytes: Uint8Array): Generator<PartEvent, void, void> {
      if (buffered === undefined) {
        if (bytes.length > 0) yield { kind: "content", bytes };
        return;
      }
      buffered = joined(buffered, bytes);
      const emptyLine = emptyLineIn(buffered);
      if (emptyLine === -1) {
        if (buffered.length < longest) return;
        yield { kind: "failure", failure: `A part's header has more than ${MAX_PART_HEADER_BYTES} bytes.` };
        return;
      }
      const [header, content] = [
        buffered.subarray(lineBreakBytes, Math.max(lineBreakBytes, emptyLine)),
        buffered.subarray(emptyLine + 2 * lineBreakBytes),
      ];
      buffered = undefined;
      yield { kind: "header", header };
      if (content.length > 0) yield { kind: "content", bytes: content };
    },
    /** The part has ended: the line break before the delimiter may be the other half of the empty line. `isEmpty` is whether the delimiter followed at once. */
    *end(isEmpty: boolean): Generator<PartEvent, void, void> {
      if (buffered === undefined) return;
      const whole = joined(buffered, new TextEncoder().encode(lineBreak));
      const emptyLine = isEmpty ? 0 : emptyLineIn(whole);
      yield emptyLine === -1
        ? { kind: "failure", failure: "A part's header does not end with an empty line." }
        : { kind: "header", header: whole.subarray(lineBreakBytes, Math.max(lineBreakBytes, emptyLine)) };
    },
  };
}

/** Where the bytes before a line start end, without the line's own break. */
function breakStart(bytes: Uint8Array, lineStart: number, lineBreakBytes: number | undefined): number {
  if (lineStart === 0) return 0;
  const hasReturn = bytes[lineStart - 2] === ascii.carriageReturn;
  return lineStart - (hasReturn && lineBreakBytes !== 1 ? 2 : 1);
}

/** Creates a reader of a multipart body (RFC 2046, 5.1.1). It finds what `splitParts` finds in the whole. */
export function createPartReader(boundary: string): PartReader {
  const pattern = new TextEncoder().encode(`--${boundary}`);
  let held: Uint8Array = EMPTY;
  /** Whether the held bytes begin a line whose break is not among them. */
  let startsLine = true;
  let lineBreakBytes: number | undefined;
  let part: ReturnType<typeof createPart> | undefined;
  let isOver = false;
  let hasFailed = false;
  const found = function* (events: Generator<PartEvent, void, void>): Generator<PartEvent, void, void> {
    for (const event of events) {
      if (event.kind === "failure") [isOver, hasFailed] = [true, true];
      yield event;
      if (hasFailed) return;
    }
  };
  /** Whether a line that looks like a delimiter is one in this form. */
  const isDelimiter = (bytes: Uint8Array, lineStart: number, line: DelimiterLine): boolean => {
    const isBroken = lineBreakBytes !== 2 || lineStart === 0 || bytes[lineStart - 2] === ascii.carriageReturn;
    return isBroken && (line.isLast || lineBreakBytes === undefined || line.lineBreakBytes === lineBreakBytes);
  };
  const nextLine = (bytes: Uint8Array, from: number): number => bytes.indexOf(ascii.lineFeed, from) + 1;
  const keepFrom = function* (bytes: Uint8Array, from: number, isLineStart: boolean): Generator<PartEvent, void, void> {
    if (part !== undefined && from > 0) yield* found(part.push(bytes.subarray(0, from)));
    // A copy: the sender may reuse its memory.
    held = bytes.slice(from);
    startsLine = isLineStart;
  };
  return {
    *push(more) {
      if (isOver) return;
      let bytes = joined(held, more);
      let lineStart = startsLine ? 0 : nextLine(bytes, 0);
      while (!isOver && (lineStart > 0 || startsLine)) {
        const line = delimiterAt(bytes, lineStart, pattern);
        if (line === "more") {
          yield* keepFrom(bytes, breakStart(bytes, lineStart, lineBreakBytes), lineStart === 0);
          return;
        }
        if (line === "no" || !isDelimiter(bytes, lineStart, line)) {
          startsLine = false;
          lineStart = nextLine(bytes, lineStart);
          continue;
        }
        if (part !== undefined) {
          const end = breakStart(bytes, lineStart, lineBreakBytes);
          if (end > 0) yield* found(part.push(bytes.subarray(0, end)));
          if (!isOver) yield* found(part.end(lineStart === 0));
        }
        lineBreakBytes ??= line.lineBreakBytes;
        isOver ||= line.isLast;
        part = createPart(lineBreakBytes);
        bytes = bytes.subarray(line.end);
        [startsLine, lineStart] = [true, 0];
      }
      if (isOver) return;
      const end = bytes.at(-1) === ascii.carriageReturn ? bytes.length - 1 : bytes.length;
      yield* keepFrom(bytes, end, false);
    },
    end: () => {
      if (isOver) return undefined;
      return part === undefined
        ? `The form has no line --${boundary}.`
        : `The form ends before its last line, --${boundary}--.`;
    },
  };
}
