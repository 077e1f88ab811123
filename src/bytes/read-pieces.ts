/**
 * Most bytes read at a time. In workerd, a body in HTTP chunks of one byte arrives as views of 4 KiB, one for each chunk: 200,000 of them took 1 GB and
 * 3.6 s of the isolate's thread. Joined by the runtime into pieces of this size they take 0.2 MB and 0.5 s.
 */
export const PIECE_BYTES = 128 * 1024;

/** Largest first piece: a body that stalls at its start holds no more memory than that, and a short body of a declared length is read at once. */
export const FIRST_PIECE_BYTES = 32 * 1024;

/** Size of the first piece of a body without a declared length. */
const UNDECLARED_PIECE_BYTES = 8 * 1024;

/** Options of `readPieces`. */
export interface PieceOptions {
  /** Ends the reading, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Whether chunks are joined to pieces of up to `PIECE_BYTES` where the platform does so. Otherwise each is passed on when it arrives. */
  readonly isJoined?: boolean | undefined;
  /** The length that the sender declares, for the size of the first piece; 0 if it declares none. */
  readonly expectedBytes?: number | undefined;
}

/** Resolves with the next bytes, which are valid until the next call; with `undefined` at the end. */
type Read = () => Promise<Uint8Array | undefined>;

interface Reader {
  readonly read: Read;
  readonly cancel: () => Promise<void>;
}

/** The reader of a byte stream in workerd. Node's lacks the method, and fails with the standard's `min` on the bodies of its own responses (24.21). */
interface JoiningReader {
  readAtLeast(
    minBytes: number,
    view: Uint8Array<ArrayBuffer>,
  ): Promise<{ readonly value?: Uint8Array<ArrayBuffer> | undefined }>;
  cancel(): Promise<void>;
}

function isJoining(reader: object): reader is JoiningReader {
  return "readAtLeast" in reader;
}

/** A reader that joins chunks; `undefined` if the stream is not a byte stream, or the platform has none. */
function joiningReaderOf(stream: ReadableStream<Uint8Array>): JoiningReader | undefined {
  try {
    const reader = stream.getReader({ mode: "byob" });
    const unknownReader: object = reader;
    if (isJoining(unknownReader)) return unknownReader;
    reader.releaseLock();
  } catch {
    // Not a byte stream.
  }
  return undefined;
}

/** With a byte to spare, a body of the declared length does not fill its piece, so that it and its end are read at once. */
function firstPieceBytes(expectedBytes = 0): number {
  return expectedBytes > 0 ? Math.min(expectedBytes + 1, FIRST_PIECE_BYTES) : UNDECLARED_PIECE_BYTES;
}

function readerOf(stream: ReadableStream<Uint8Array>, { isJoined, expectedBytes }: PieceOptions): Reader {
  const joining = isJoined === true ? joiningReaderOf(stream) : undefined;
  if (joining === undefined) {
    const reader = stream.getReader();
    return { read: async () => (await reader.read()).value, cancel: () => reader.cancel() };
  }
  let buffer = new ArrayBuffer(firstPieceBytes(expectedBytes));
  const read: Read = async () => {
    const { value } = await joining.readAtLeast(buffer.byteLength, new Uint8Array(buffer));
    // At the end, the value is empty or undefined.
    if (value === undefined || value.byteLength === 0) return undefined;
    // The stream has moved the memory into another buffer.
    const isFull = value.byteLength === value.buffer.byteLength;
    buffer = isFull && value.byteLength < PIECE_BYTES ? new ArrayBuffer(PIECE_BYTES) : value.buffer;
    return value;
  };
  return { read, cancel: () => joining.cancel() };
}

/** Makes `read` reject with the signal's reason, even if the stream ignores a cancellation. `release` removes the listener. */
function abortableRead(read: Read, signal: AbortSignal): { readonly read: Read; readonly release: () => void } {
  let reject: ((reason: unknown) => void) | undefined;
  const onAbort = (): void => reject?.(signal.reason);
  signal.addEventListener("abort", onAbort);
  return {
    // One listener for all reads: `Promise.race` with one promise would retain every piece until the end.
    read: () =>
      new Promise((resolve, rejectRead) => {
        reject = rejectRead;
        if (signal.aborted) onAbort();
        else read().then(resolve, rejectRead);
      }),
    release: () => signal.removeEventListener("abort", onAbort),
  };
}

/**
 * Yields a stream's bytes in pieces, each of which is valid until the next is requested: copy what must last. Throws what the stream throws, or the
 * signal's reason. Cancels the stream if it is not read to its end.
 */
export async function* readPieces(
  stream: ReadableStream<Uint8Array>,
  options: PieceOptions = {},
): AsyncGenerator<Uint8Array, void, void> {
  const { signal } = options;
  const reader = readerOf(stream, options);
  const abortable = signal === undefined ? undefined : abortableRead(reader.read, signal);
  const read = abortable?.read ?? reader.read;
  try {
    for (let piece = await read(); piece !== undefined; piece = await read()) yield piece;
  } finally {
    abortable?.release();
    // Not awaited: a stalled sender would stall the cancellation too. After the end it has no effect.
    reader.cancel().catch(() => {});
  }
}
