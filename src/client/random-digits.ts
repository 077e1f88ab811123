import type { Connection } from "./call.ts";

/** 131 bits. */
const COUNT = 22;
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Returns digits that occur nowhere else: a key by which the API knows that a request is a repeat, or the boundary of a form. */
export function randomDigits({ random }: Connection): string {
  return Array.from({ length: COUNT }, () => DIGITS[Math.floor(random() * DIGITS.length)]).join("");
}
