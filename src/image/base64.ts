import { escapedByteAt } from "./percent.ts";

const COMMON_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const WHITE_SPACE = 64;
const PADDING = 65;
const INVALID = 66;

/** Value of each ASCII character: 0 to 63 in the standard (`+/`) or the URL-safe (`-_`) alphabet, or one of the constants above. */
const CHARACTER_VALUES = new Uint8Array(128).fill(INVALID);
for (const alphabet of [`${COMMON_ALPHABET}+/`, `${COMMON_ALPHABET}-_`]) assign(alphabet, (index) => index);
assign(" \t\n\f\r", () => WHITE_SPACE);
assign("=", () => PADDING);

function assign(characters: string, valueOf: (index: number) => number): void {
  for (let index = 0; index < characters.length; index += 1) {
    CHARACTER_VALUES[characters.charCodeAt(index)] = valueOf(index);
  }
}

const engine: Uint8ArrayConstructor & {
  readonly fromBase64?: (text: string, options: { readonly alphabet: "base64" | "base64url" }) => Uint8Array;
} = Uint8Array;

/** Options of `decodeBase64`. */
interface Base64Options {
  /** Whether characters may be percent-encoded, as in a URL: `%2B` for `+`. */
  readonly isPercentEncoded: boolean;
}

/**
 * Decodes base64 in either alphabet, with or without padding, with ASCII white space anywhere. Returns `undefined` for any other text. The text is
 * decoded in place: a percent-encoded image is never held in memory as a second text.
 */
export function decodeBase64(
  text: string,
  { isPercentEncoded }: Base64Options = { isPercentEncoded: false },
): Uint8Array | undefined {
  return (isPercentEncoded ? undefined : decodeNatively(text)) ?? decodeInJavaScript(text, isPercentEncoded);
}

/**
 * Uses the JavaScript engine's decoder, which is several times as fast; workerd has one, Node 24 does not. It accepts
 * one alphabet at a time, so text that it refuses can be valid.
 */
function decodeNatively(text: string): Uint8Array | undefined {
  try {
    return engine.fromBase64?.(text, { alphabet: /[-_]/u.test(text) ? "base64url" : "base64" });
  } catch {
    return undefined;
  }
}

/** Decodes without `atob`, which refuses the URL-safe alphabet and allocates a second string as long as the image. */
function decodeInJavaScript(text: string, isPercentEncoded: boolean): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let digits = 0;
  let paddings = 0;
  let bits = 0;
  for (let index = 0; index < text.length; index += 1) {
    const escaped = isPercentEncoded ? escapedByteAt(text, index) : undefined;
    const value = CHARACTER_VALUES[escaped ?? text.charCodeAt(index)] ?? INVALID;
    if (escaped !== undefined) index += 2;
    if (value < WHITE_SPACE && paddings === 0) {
      bits = (bits << 6) | value;
      digits += 1;
      if (digits % 4 === 0) {
        bytes[length] = bits >> 16;
        bytes[length + 1] = bits >> 8;
        bytes[length + 2] = bits;
        length += 3;
      }
    } else if (value === PADDING) paddings += 1;
    else if (value !== WHITE_SPACE) return undefined;
  }
  return decodeLastGroup(bytes, length, { bits, digits: digits % 4, paddings });
}

interface LastGroup {
  readonly bits: number;
  readonly digits: number;
  readonly paddings: number;
}

/** Decodes an incomplete last group: two digits hold one byte, three hold two; a single digit is invalid. Padding, if any, must be complete. */
function decodeLastGroup(bytes: Uint8Array, length: number, last: LastGroup): Uint8Array | undefined {
  if (last.digits === 1 || (last.paddings > 0 && (last.digits === 0 || last.digits + last.paddings !== 4))) {
    return undefined;
  }
  const remaining = Math.max(0, last.digits - 1);
  const aligned = last.bits << (6 * (4 - last.digits));
  for (let index = 0; index < remaining; index += 1) bytes[length + index] = aligned >> (16 - 8 * index);
  return bytes.subarray(0, length + remaining);
}
