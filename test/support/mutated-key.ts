import type { RandomBytes } from "../../src/accounts/base62.ts";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function indexBelow(limit: number, random: RandomBytes): number {
  const [high = 0, low = 0] = random(2);
  return ((high << 8) | low) % limit;
}

/** Ways in which a key is mistyped or cut: each returns another text, mostly one with the prefix, length and alphabet of a key. */
const mutations: readonly ((key: string, random: RandomBytes) => string)[] = [
  // Another digit.
  (key, random) => {
    const at = 8 + indexBelow(key.length - 8, random);
    return key.slice(0, at) + DIGITS.charAt(indexBelow(DIGITS.length, random)) + key.slice(at + 1);
  },
  // Two digits exchanged.
  (key, random) => {
    const at = 8 + indexBelow(key.length - 9, random);
    return key.slice(0, at) + key.charAt(at + 1) + key.charAt(at) + key.slice(at + 2);
  },
  // The case of one digit.
  (key, random) => {
    const at = 8 + indexBelow(key.length - 8, random);
    const digit = key.charAt(at);
    const other = digit === digit.toLowerCase() ? digit.toUpperCase() : digit.toLowerCase();
    return key.slice(0, at) + other + key.slice(at + 1);
  },
  // Several other digits: a made-up secret.
  (key, random) => {
    const secret = Array.from({ length: 30 }, () => DIGITS.charAt(indexBelow(DIGITS.length, random)));
    return key.slice(0, 25) + secret.join("") + key.slice(55);
  },
  // A digit lost and another at the end.
  (key, random) => {
    const at = 8 + indexBelow(key.length - 8, random);
    return key.slice(0, at) + key.slice(at + 1) + DIGITS.charAt(indexBelow(DIGITS.length, random));
  },
  // The other prefix.
  (key) => (key.startsWith("fe_live_") ? key.replace("fe_live_", "fe_test_") : key.replace("fe_test_", "fe_live_")),
  // Cut at the end.
  (key, random) => key.slice(0, indexBelow(key.length, random)),
];

/** Returns a key changed in one random way; `undefined` if that way happened to change nothing. */
export function mutatedKey(key: string, random: RandomBytes): string | undefined {
  const mutated = mutations[indexBelow(mutations.length, random)]?.(key, random);
  return mutated === key ? undefined : mutated;
}
