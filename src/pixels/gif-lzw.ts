/** Maximum code size in bits (GIF89a, appendix F). */
const MAX_CODE_BITS = 12;
const MAX_CODES = 2 ** MAX_CODE_BITS;

/** Returned by the code reader when there are no more codes; also the value of `previous` when there is none. */
const NONE = -1;

/**
 * Creates a reader of codes, least significant bit first, from the sub-blocks at `start`. Each sub-block begins with a length
 * byte; an empty one, or the end of the file, ends the chain.
 */
function createCodeReader(bytes: Uint8Array, start: number): (bits: number) => number {
  let at = start;
  let blockBytesLeft = 0;
  let buffer = 0;
  let buffered = 0;
  return (bits) => {
    while (buffered < bits) {
      if (blockBytesLeft === 0) {
        blockBytesLeft = bytes[at] ?? 0;
        at += 1;
      }
      if (blockBytesLeft === 0 || at >= bytes.length) return NONE;
      buffer |= (bytes[at] ?? 0) << buffered;
      buffered += 8;
      at += 1;
      blockBytesLeft -= 1;
    }
    const code = buffer & (2 ** bits - 1);
    buffer >>>= bits;
    buffered -= bits;
    return code;
  };
}

/** The dictionary: the string of each code is the string of another code (`prefix`) and one more value (`suffix`). */
interface Dictionary {
  readonly prefix: Uint16Array;
  readonly suffix: Uint8Array;
  readonly length: Uint16Array;
}

function createDictionary(values: number): Dictionary {
  const suffix = Uint8Array.from({ length: MAX_CODES }, (_, code) => (code < values ? code : 0));
  return { prefix: new Uint16Array(MAX_CODES), suffix, length: new Uint16Array(MAX_CODES).fill(1, 0, values) };
}

/** Writes the string of a code, from its end; values that do not fit into `output` are dropped. */
function writeString({ prefix, suffix, length }: Dictionary, code: number, output: Uint8Array, at: number): void {
  let from = code;
  for (let to = at + (length[code] ?? 0) - 1; to >= at; to -= 1) {
    output[to] = suffix[from] ?? 0;
    from = prefix[from] ?? 0;
  }
}

/**
 * Unpacks GIF's LZW data into `output`. `start` is the offset of the first sub-block, and `minimumCodeSize` is the value of the byte
 * before it. Stops when `output` is full, at the end code, and at an undefined code. Returns the number of unpacked values, which
 * may be more or fewer than the length of `output`.
 */
export function unpackLzw(bytes: Uint8Array, start: number, minimumCodeSize: number, output: Uint8Array): number {
  const clear = 2 ** minimumCodeSize;
  const dictionary = createDictionary(clear);
  const read = createCodeReader(bytes, start);
  let next = clear + 2;
  let bits = minimumCodeSize + 1;
  let previous = NONE;
  let length = 0;
  for (let code = read(bits); code !== NONE && code !== clear + 1 && length < output.length; code = read(bits)) {
    if (code === clear) {
      next = clear + 2;
      bits = minimumCodeSize + 1;
      previous = NONE;
      continue;
    }
    const isNew = previous !== NONE && next < MAX_CODES;
    if (code > next || (code === next && !isNew)) return length;
    // The string of a code that is not defined yet is the previous string followed by its own first value.
    writeString(dictionary, code === next ? previous : code, output, length);
    if (isNew) {
      dictionary.prefix[next] = previous;
      dictionary.suffix[next] = output[length] ?? 0;
      dictionary.length[next] = (dictionary.length[previous] ?? 0) + 1;
      if (code === next) output[length + (dictionary.length[previous] ?? 0)] = output[length] ?? 0;
      next += 1;
      if (next === 2 ** bits && bits < MAX_CODE_BITS) bits += 1;
    }
    length += dictionary.length[code] ?? 0;
    previous = code;
  }
  return length;
}
