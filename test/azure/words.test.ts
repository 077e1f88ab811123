import * as fc from "fast-check";
import { expect, it } from "vitest";
import { wordsOf } from "../../src/azure/words.ts";

const point = fc.record({ x: fc.integer({ min: 0, max: 1000 }), y: fc.integer({ min: 0, max: 1000 }) });

it("words are the text without its spaces, inside of the line's box, from its beginning to its end", () => {
  const quads = fc.tuple(point, point, point, point);
  const texts = fc
    .array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 8 })
    .map((words) => words.join(" "));
  fc.assert(
    fc.property(texts, quads, (text, quad) => {
      const words = wordsOf(text, quad, 0.5);
      expect(words.map((word) => word.text)).toEqual(text.split(" "));
      const [xs, ys] = [quad.map(({ x }) => x), quad.map(({ y }) => y)];
      for (const { x, y } of words.flatMap((word) => word.boundingPolygon)) {
        expect(x >= Math.min(...xs) && x <= Math.max(...xs) && y >= Math.min(...ys) && y <= Math.max(...ys)).toBe(true);
      }
      const [first, last] = [words[0]?.boundingPolygon, words.at(-1)?.boundingPolygon];
      expect([first?.[0], last?.[1], last?.[2], first?.[3]]).toEqual(quad);
    }),
  );
});
