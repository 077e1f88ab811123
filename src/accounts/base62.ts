/** Digits of base 62, in the order of their values. A text of them is selected as a whole by a double click. */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The greatest multiple of 62 that a byte can hold: a larger byte is discarded, since the first digits would be more frequent than the others. */
const FAIR_BYTES = 256 - (256 % DIGITS.length);

/** Returns `length` bytes from a cryptographically secure source. */
export type RandomBytes = (length: number) => Uint8Array;

/** Returns an integer from 0 to 2^53 - 1 in base 62, padded with zeros to `length` digits. */
export function base62(value: number, length: number): string {
  let digits = "";
  for (let rest = value; rest > 0; rest = Math.floor(rest / DIGITS.length)) {
    digits = DIGITS.charAt(rest % DIGITS.length) + digits;
  }
  return digits.padStart(length, "0");
}

/** Returns a text of random digits, each equally frequent: 5.95 bits a digit. */
export function randomBase62(length: number, random: RandomBytes): string {
  let digits = "";
  while (digits.length < length) {
    const fair = random(length - digits.length).filter((byte) => byte < FAIR_BYTES);
    for (const byte of fair) digits += DIGITS.charAt(byte % DIGITS.length);
  }
  return digits;
}
