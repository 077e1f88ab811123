const ascii = { tab: 0x09, lineFeed: 0x0a, carriageReturn: 0x0d, space: 0x20, hyphen: 0x2d } as const;

/** A delimiter line of a multipart body. All indices are into the body. */
export interface Delimiter {
  /** Start of the line break before the delimiter. It belongs to the delimiter, not to the content that it ends. */
  readonly start: number;
  /** Start of the delimiter's own line. */
  readonly lineStart: number;
  /** Start of the next line. */
  readonly end: number;
  /** Length of a line break in this body: 2 for CRLF, 1 for a line feed. */
  readonly lineBreakBytes: number;
  /** Whether no part follows: the boundary is followed by two hyphens. */
  readonly isLast: boolean;
}

/** Whether `pattern` is in `bytes` at index `at`. */
function isAt(bytes: Uint8Array, at: number, pattern: Uint8Array): boolean {
  for (let index = 0; index < pattern.length; index += 1) {
    if (bytes[at + index] !== pattern[index]) return false;
  }
  return true;
}

/** The length of the line break at an index: 0 if there is none. */
function lineBreakAt(body: Uint8Array, at: number): number {
  if (body[at] === ascii.lineFeed) return 1;
  return body[at] === ascii.carriageReturn && body[at + 1] === ascii.lineFeed ? 2 : 0;
}

/** How the line ends whose boundary ends at `at`; undefined if anything but spaces and tabs follows the boundary: such a line is content. */
function lineEnd(body: Uint8Array, at: number): Pick<Delimiter, "end" | "lineBreakBytes" | "isLast"> | undefined {
  const isLast = body[at] === ascii.hyphen && body[at + 1] === ascii.hyphen;
  if (isLast) return { end: at + 2, lineBreakBytes: 0, isLast };
  let next = at;
  while (body[next] === ascii.space || body[next] === ascii.tab) next += 1;
  const lineBreakBytes = lineBreakAt(body, next);
  return lineBreakBytes === 0 ? undefined : { end: next + lineBreakBytes, lineBreakBytes, isLast };
}

/** Start of the line after the one at `at`; -1 if that is the last. */
function nextLine(body: Uint8Array, at: number): number {
  const feed = body.indexOf(ascii.lineFeed, at);
  return feed === -1 ? -1 : feed + 1;
}

/**
 * Finds the delimiter lines of a multipart body (RFC 2046, 5.1.1): the first may follow a preamble, and each may be padded with spaces and tabs.
 * The first one's line break is that of the whole body: CRLF, or a line feed alone, as Python's `email` writes.
 *
 * Linear time: a boundary has no line feed, so no byte is compared in two lines. `indexOf` is the engine's own search.
 */
export function* findDelimiters(body: Uint8Array, boundary: string): Generator<Delimiter, void, void> {
  const pattern = new TextEncoder().encode(`--${boundary}`);
  let lineBreakBytes: number | undefined;
  for (let lineStart = 0; lineStart !== -1; lineStart = nextLine(body, lineStart)) {
    const line = isAt(body, lineStart, pattern) ? lineEnd(body, lineStart + pattern.length) : undefined;
    if (line === undefined) continue;
    const isBroken = lineBreakBytes !== 2 || body[lineStart - 2] === ascii.carriageReturn;
    lineBreakBytes ??= line.lineBreakBytes;
    if (!isBroken || (!line.isLast && line.lineBreakBytes !== lineBreakBytes)) continue;
    yield { ...line, lineStart, start: lineStart - lineBreakBytes, lineBreakBytes };
    if (line.isLast) return;
  }
}
