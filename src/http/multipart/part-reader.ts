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

/** Reads what follows a boundary and begins with a hyphen: two of them make the last line. */
function lastLineAt(bytes: Uint8Array, at: number): DelimiterLine | "no" | "more" {
  if (at + 1 >= bytes.length) return "more";
  return bytes[at + 1] === ascii.hyphen ? { end: at + 2, lineBreakBytes: 0, isLast: true } : "no";
}

/** Reads the line at an index: a delimiter, "no" delimiter, or "more" bytes are needed to know. */
function delimiterAt(bytes: Uint8Array, lineStart: number, pattern: Uint8Array): DelimiterLine | "no" | "more" {
  for (let index = 0; index < pattern.length; index += 1) {
    if (lineStart + index >= bytes.length) return "more";
    if (bytes[lineStart + index] !== pattern[index]) return "no";
  }
  const at = lineStart + pattern.length;
  if (bytes[at] === ascii.hyphen) return lastLineAt(bytes, at);
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

function nextLine(bytes: Uint8Array, from: number): number {
  return bytes.indexOf(ascii.lineFeed, from) + 1;
}

/** What a reader knows between two pieces. */
interface State {
  /** Bytes of which it is not known yet whether they belong to a delimiter. */
  held: Uint8Array;
  /** Whether they begin a line whose break is not among them. */
  startsLine: boolean;
  lineBreakBytes: number | undefined;
  part: ReturnType<typeof createPart> | undefined;
  isOver: boolean;
}

/** Whether a line that looks like a delimiter is one in this form. */
function isDelimiter({ lineBreakBytes }: State, bytes: Uint8Array, lineStart: number, line: DelimiterLine): boolean {
  const isBroken = lineBreakBytes !== 2 || lineStart === 0 || bytes[lineStart - 2] === ascii.carriageReturn;
  return isBroken && (line.isLast || lineBreakBytes === undefined || line.lineBreakBytes === lineBreakBytes);
}

/** Passes the events of a part on. A failure is the last. */
function* passed(state: State, events: Generator<PartEvent, void, void>): Generator<PartEvent, void, void> {
  for (const event of events) {
    yield event;
    if (event.kind !== "failure") continue;
    state.isOver = true;
    return;
  }
}

/** Gives bytes to the part that is open, and keeps those after them. */
function* keepFrom(state: State, bytes: Uint8Array, from: number, startsLine: boolean) {
  if (state.part !== undefined && from > 0) yield* passed(state, state.part.push(bytes.subarray(0, from)));
  // A copy: the sender may reuse its memory.
  state.held = bytes.slice(from);
  state.startsLine = startsLine;
}

/** Ends the part before a delimiter, and begins the one after it. */
function* turn(state: State, bytes: Uint8Array, lineStart: number, line: DelimiterLine) {
  const { part } = state;
  if (part !== undefined) {
    const end = breakStart(bytes, lineStart, state.lineBreakBytes);
    if (end > 0) yield* passed(state, part.push(bytes.subarray(0, end)));
    if (!state.isOver) yield* passed(state, part.end(lineStart === 0));
  }
  state.lineBreakBytes ??= line.lineBreakBytes;
  state.isOver ||= line.isLast;
  state.part = createPart(state.lineBreakBytes);
  state.startsLine = true;
}

/** Finds the delimiters in the bytes that have come. */
function* scan(state: State, received: Uint8Array, pattern: Uint8Array): Generator<PartEvent, void, void> {
  let bytes = received;
  let lineStart = state.startsLine ? 0 : nextLine(bytes, 0);
  while (!state.isOver && (lineStart > 0 || state.startsLine)) {
    const line = delimiterAt(bytes, lineStart, pattern);
    if (line === "more") {
      yield* keepFrom(state, bytes, breakStart(bytes, lineStart, state.lineBreakBytes), lineStart === 0);
      return;
    }
    if (line === "no" || !isDelimiter(state, bytes, lineStart, line)) {
      state.startsLine = false;
      lineStart = nextLine(bytes, lineStart);
      continue;
    }
    yield* turn(state, bytes, lineStart, line);
    bytes = bytes.subarray(line.end);
    lineStart = 0;
  }
  if (state.isOver) return;
  const end = bytes.at(-1) === ascii.carriageReturn ? bytes.length - 1 : bytes.length;
  yield* keepFrom(state, bytes, end, false);
}

/** Creates a reader of a multipart body (RFC 2046, 5.1.1). It finds what `splitParts` finds in the whole, but for delimiters with more than `MAX_PADDING` spaces. */
export function createPartReader(boundary: string): PartReader {
  const pattern = new TextEncoder().encode(`--${boundary}`);
  const state: State = { held: EMPTY, startsLine: true, lineBreakBytes: undefined, part: undefined, isOver: false };
  return {
    *push(more) {
      if (!state.isOver) yield* scan(state, joined(state.held, more), pattern);
    },
    end: () => {
      if (state.isOver) return undefined;
      return state.part === undefined
        ? `The form has no line --${boundary}.`
        : `The form ends before its last line, --${boundary}--.`;
    },
  };
}
