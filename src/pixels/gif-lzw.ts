/** GIF89a, appendix F: codes grow to 12 bits at most. */
const MAX_CODE_BITS = 12;
const MAX_CODES = 2 ** MAX_CODE_BITS;

/** What the reader gives where there are no more codes. */
const NONE = -1;

/**
 * Reads codes, lowest bits first, from the chain of blocks at `start`, each behind a byte with its length, to the empty one. The chain is whole:
 * the header was read.
 */
function createCodeReader(bytes: Uint8Array, start: number): (bits: number) => number {
  let at = start;
  let left = 0;
  let buffer = 0;
  let buffered = 0;
  return (bits) => {
    while (buffered < bits) {
      if (left === 0) {
        left = bytes[at] ?? 0;
        if (left === 0) return NONE;
        at += 1;
      }
      buffer |= (bytes[at] ?? 0) << buffered;
      buffered += 8;
      at += 1;
      left -= 1;
    }
    const code = buffer & (2 ** bits - 1);
    buffer >>>= bits;
    buffered -= bits;
    return code;
  };
}

/** The strings that codes stand for: each is the string of another code, and one value. */
interface Strings {
  readonly prefix: Uint16Array;
  readonly suffix: Uint8Array;
  readonly length: Uint16Array;
}

function createStrings(values: number): Strings {
  const suffix = Uint8Array.from({ length: MAX_CODES }, (_, code) => (code < values ? code : 0));
  return { prefix: new Uint16Array(MAX_CODES), suffix, length: new Uint16Array(MAX_CODES).fill(1, 0, values) };
}

/** Writes a code's string, from its end; what does not fit into `output` is lost. */
function write({ prefix, suffix, length }: Strings, code: number, output: Uint8Array, at: number): void {
  let from = code;
  for (let to = at + (length[code] ?? 0) - 1; to >= at; to -= 1) {
    output[to] = suffix[from] ?? 0;
    from = prefix[from] ?? 0;
  }
}

/**
 * Unpacks LZW data as GIF has them: `valueBits` is the byte that they begin with, `start` where their first block is. Fills `output`, and says how many
 * values there were, which may be more or fewer; it ends at a full `output`, at the end code, and at a code that stands for nothing yet.
 */
export function unpackLzw(bytes: Uint8Array, start: number, valueBits: number, output: Uint8Array): number {
  const clear = 2 ** valueBits;
  const strings = createStrings(clear);
  const read = createCodeReader(bytes, start);
  let next = clear + 2;
  let bits = valueBits + 1;
  let last = NONE;
  let length = 0;
  for (let code = read(bits); code !== NONE && code !== clear + 1 && length < output.length; code = read(bits)) {
    if (code === clear) {
      next = clear + 2;
      bits = valueBits + 1;
      last = NONE;
      continue;
    }
    const isNew = last !== NONE && next < MAX_CODES;
    if (code > next || (code === next && !isNew)) return length;
    // A code that is about to get its string has the last one's, and the first value of that once more.
    write(strings, code === next ? last : code, output, length);
    if (isNew) {
      strings.prefix[next] = last;
      strings.suffix[next] = output[length] ?? 0;
      strings.length[next] = (strings.length[last] ?? 0) + 1;
      if (code === next) output[length + (strings.length[last] ?? 0)] = output[length] ?? 0;
      next += 1;
      if (next === 2 ** bits && bits < MAX_CODE_BITS) bits += 1;
    }
    length += strings.length[code] ?? 0;
    last = code;
  }
  return length;
}
