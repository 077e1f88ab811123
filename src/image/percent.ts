const PERCENT = "%".charCodeAt(0);

/** The value of a hexadecimal digit; NaN for any other character code. */
function digit(code: number): number {
  const letter = code | 0x20;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : Number.NaN;
}

/** The byte that a text escapes at an index, as in `%2B`; undefined if it escapes none there. */
export function escapedByteAt(text: string, index: number): number | undefined {
  if (text.charCodeAt(index) !== PERCENT) return undefined;
  const byte = digit(text.charCodeAt(index + 1)) * 16 + digit(text.charCodeAt(index + 2));
  return Number.isNaN(byte) ? undefined : byte;
}
