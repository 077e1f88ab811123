/** One line of a file. Offsets and lengths are in bytes of the file. */
export interface Line {
  /** From 1; blank lines count. */
  readonly number: number;
  readonly offset: number;
  /** Its length with its line feed. */
  readonly length: number;
  /** Its bytes without the line feed; of a line that is too long, only its beginning. They are valid until the next line is asked for. */
  readonly bytes: Uint8Array;
  readonly isTooLong: boolean;
}

/** Options of `createLineReader`. */
export interface LineReaderOptions {
  readonly maxLineBytes: number;
  /** Where the bytes begin in the file, and the number of their first line; 0 and 1 by default. */
  readonly offset?: number;
  readonly number?: number;
}

const LINE_FEED = 0x0a;

/** Splits a stream of bytes into lines, of which one is in memory at a time. */
export interface LineReader {
  /** Returns the lines that end in these bytes. */
  push(bytes: Uint8Array): Generator<Line, void, void>;
  /** Returns the last line, if it has no line feed. */
  end(): Generator<Line, void, void>;
}

/** A copy of bytes in memory for more of them. */
function enlarged(bytes: Uint8Array, length: number, maxLength: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(maxLength, Math.max(2 * bytes.length, length)));
  larger.set(bytes);
  return larger;
}

/** Creates a reader of lines. A line feed ends a line; a carriage return before it stays, and is white space in JSON. */
export function createLineReader({ maxLineBytes, offset = 0, number = 1 }: LineReaderOptions): LineReader {
  let kept = new Uint8Array(0);
  let keptLength = 0;
  /** The length of the line so far, also of bytes that were not kept. */
  let length = 0;
  let at = { number, offset };
  const keep = (bytes: Uint8Array): void => {
    length += bytes.length;
    const some = bytes.subarray(0, maxLineBytes - keptLength);
    if (some.length === 0) return;
    if (keptLength + some.length > kept.length) kept = enlarged(kept, keptLength + some.length, maxLineBytes);
    kept.set(some, keptLength);
    keptLength += some.length;
  };
  /** Ends a line. `bytes` is its only piece, or its last one. */
  const end = (bytes: Uint8Array, feeds: 0 | 1): Line => {
    const isJoined = length > 0;
    if (isJoined) keep(bytes);
    const contentLength = isJoined ? length : bytes.length;
    const content = isJoined ? kept.subarray(0, keptLength) : bytes.subarray(0, maxLineBytes);
    const line = { ...at, length: contentLength + feeds, bytes: content, isTooLong: contentLength > maxLineBytes };
    at = { number: at.number + 1, offset: at.offset + line.length };
    [length, keptLength] = [0, 0];
    return line;
  };
  return {
    *push(bytes) {
      let from = 0;
      for (let feed = bytes.indexOf(LINE_FEED); feed !== -1; feed = bytes.indexOf(LINE_FEED, from)) {
        yield end(bytes.subarray(from, feed), 1);
        from = feed + 1;
      }
      keep(bytes.subarray(from));
    },
    *end() {
      if (length > 0) yield end(new Uint8Array(0), 0);
    },
  };
}

/** Whether a line has only white space. */
export function isBlank({ bytes, isTooLong }: Pick<Line, "bytes" | "isTooLong">): boolean {
  return !isTooLong && bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}
