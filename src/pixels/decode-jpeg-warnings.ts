/**
 * `jpeg_error_mgr`, the public structure in which libjpeg counts its warnings (jpeglib.h), in words of 32 bits: five function pointers,
 * `msg_code`, `msg_parm` (20 words), `trace_level`, `num_warnings`, and the tables of messages.
 */
const FIRST_PARAMETER = 6;
const TRACE_LEVEL = 26;
const WARNINGS = 27;

/** The codec's stack, where the structure lies, ends below this address, in words. */
const STACK_END = (128 * 1024) / Int32Array.BYTES_PER_ELEMENT;

/** The marker after which libjpeg reads nothing. */
const EOI = 0xd9;

/**
 * Maximum number of markers with stray bytes before them: enough for each restart interval of two scans of a grey image of two megapixels
 * whose intervals are single blocks. A file of 10 MB has room for a million, and each printed warning takes microseconds.
 */
export const MAX_STRAY_PLACES = 65_536;

/** The parameters of a warning: how many bytes were skipped, and the code of the marker after them. */
interface SkippedBytes {
  readonly count: number;
  readonly marker: number;
}

/** libjpeg's `JWRN_EXTRANEOUS_DATA`: every block before a marker had its data, and more bytes were there. */
const EXTRANEOUS_DATA = /^Corrupt JPEG data: (\d+) extraneous bytes before marker 0x([\da-f]{2})$/u;

/** The warnings of one file. */
export interface Warnings {
  /** Must be called while the codec prints the message. */
  readonly add: (message: string) => void;
  /** The message because of which a part of the image may be missing; `undefined` if no part is. */
  readonly failure: () => string | undefined;
}

/**
 * Creates the list of a file's warnings, in which only stray bytes before a marker are harmless (webcams write them).
 *
 * libjpeg prints a warning only if it has counted none before, and counts it after printing (`emit_message` in jerror.c). A warning about
 * a missing part would not be printed after one about stray bytes. So the count is set back while a harmless warning is printed. Where that
 * is not possible, the warning counts as a failure, unless nothing follows.
 */
export function createWarnings(memory: WebAssembly.Memory): Warnings {
  let failure: string | undefined;
  let places = 0;
  let structure = -1;
  function resetCount(skipped: SkippedBytes): boolean {
    const words = new Int32Array(memory.buffer, 0, STACK_END);
    if (structure === -1 || !isStructure(words, structure, skipped)) structure = findStructure(words, skipped);
    if (structure === -1) return false;
    words[structure + WARNINGS] = -1;
    return true;
  }
  return {
    add: (message) => {
      const skipped = skippedBytes(message);
      places += 1;
      const isHarmless =
        skipped !== undefined && (skipped.marker === EOI || (places <= MAX_STRAY_PLACES && resetCount(skipped)));
      if (!isHarmless) failure ??= message;
    },
    failure: () => failure,
  };
}

function skippedBytes(message: string): SkippedBytes | undefined {
  const [, count, marker] = EXTRANEOUS_DATA.exec(message) ?? [];
  if (count === undefined || marker === undefined) return undefined;
  return { count: Number(count), marker: Number.parseInt(marker, 16) };
}

/** Returns whether the structure begins at a word: it holds the warning's parameters, and has counted none. */
function isStructure(words: Int32Array, at: number, { count, marker }: SkippedBytes): boolean {
  const parameter = at + FIRST_PARAMETER;
  const isPrinting = words[at + TRACE_LEVEL] === 0 && words[at + WARNINGS] === 0;
  return isPrinting && words[parameter] === count && words[parameter + 1] === marker;
}

/** The codec does not export the structure's address. Returns the index of its first word, or -1 unless exactly one place fits. */
function findStructure(words: Int32Array, skipped: SkippedBytes): number {
  let found = -1;
  for (let at = 0; at + WARNINGS < words.length; at += 1) {
    if (!isStructure(words, at, skipped)) continue;
    if (found !== -1) return -1;
    found = at;
  }
  return found;
}
