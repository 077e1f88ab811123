import type { Random } from "../../../test/support/random.ts";

/** Elements of the long lists: with a comma each, eight megabytes and more. */
const ELEMENTS = 4_000_000;

/** How deep the deep ones are. */
const DEPTH = 2_000_000;

/** Texts of JSON that are long or deep. They take a second to make. */
const makers: readonly (() => string)[] = [
  () => `[${"1,".repeat(ELEMENTS)}1]`,
  () => `[${'"",'.repeat(ELEMENTS / 2)}""]`,
  () => `[${"{},".repeat(ELEMENTS / 2)}{}]`,
  () => "[".repeat(DEPTH) + "]".repeat(DEPTH),
  () => `${'{"a":'.repeat(DEPTH / 2)}1${"}".repeat(DEPTH / 2)}`,
  () => `{${Array.from({ length: 500_000 }, (_, index) => `"n${index}":1`).join(",")}}`,
  () => `"${"A".repeat(2 * ELEMENTS)}"`,
  // Of escapes, without an end.
  () => `"${"\\u0041".repeat(ELEMENTS / 4)}`,
];
const made: string[] = [];

/** Makes the texts. */
export function makeJson(): void {
  made.push(...makers.map((make) => make()));
}

/** Returns JSON whose value of one of these names is one of the texts. */
export function hugeJson(random: Random, names: readonly [string, ...string[]]): string {
  return `{"${random.pick(names)}":${made[random.below(made.length)] ?? "[]"}}`;
}

/** Returns so many distinct names as a query or a form has them. */
export function manyNames(count: number): string {
  return Array.from({ length: count }, (_, index) => `n${index.toString(36)}=1`).join("&");
}
