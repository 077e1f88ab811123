import * as fc from "fast-check";
import type { ImageSize } from "../../src/florence/coordinates.ts";
import { isTaskName, type TaskName, tasks } from "../../src/florence/tasks.ts";

const words = ["cat", "a dog", "it", "the image", "café", "猫", "😀 smile", "50%", "x<y", "x>y", "<", "<<", ">"];
const spaces = [" ", "  ", "\n", "\t", "\r", "\u2028", "\u0085", "\u001C", "\uFEFF", "\u3000"];
const markers = ["<s>", "</s>", "<pad>", "<unk>", "<and>", "<od>", "<sep>", "<poly>", "</poly>", "</region_cap>"];
const broken = ["<loc", "<loc_", "loc_3>", "<loc_>", "<loc_1", "5>", "<loc_ 1>", "<po", "ly>", "<s", "/s>", "<loc_-1>"];
const odd = ["<loc_007>", "<loc_٤>", "<loc_𝟗>", "𝟏", "<loc_99999>", "<loc_99999999999999999999>", "\uD83D", "\uDE00"];

const run = fc
  .array(fc.integer({ min: 0, max: 1001 }), { minLength: 1, maxLength: 18 })
  .map((bins) => bins.map((bin) => `<loc_${bin}>`).join(""));

/** Malformed generations: words, runs of locations, special tokens, and fragments of both. */
export const tokenSoup: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: run },
      { weight: 3, arbitrary: fc.constantFrom(...words) },
      { weight: 2, arbitrary: fc.constantFrom("<sep>", "<poly>", "</poly>") },
      { weight: 2, arbitrary: fc.constantFrom(...spaces, ...markers) },
      { weight: 1, arbitrary: fc.constantFrom(...broken, ...odd) },
    ),
    { maxLength: 16 },
  )
  .map((parts) => parts.join(""));

/** Any image size, small ones more often. */
export const imageSize: fc.Arbitrary<ImageSize> = fc.record({
  width: fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 20_000 })),
  height: fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 20_000 })),
});

/** One of the fifteen tasks. */
export const taskName: fc.Arbitrary<TaskName> = fc.constantFrom(...Object.keys(tasks).filter(isTaskName));

/** Splits a text at random positions into pieces, some of them empty; concatenated they are the text. */
export function cuts(text: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> {
  return fc.tuple(text, fc.array(fc.nat({ max: 400 }), { maxLength: 40 })).map(([whole, positions]) => {
    const ends = [...positions.map((position) => position % (whole.length + 1)), whole.length].sort((a, b) => a - b);
    return ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end));
  });
}
