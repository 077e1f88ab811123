import * as fc from "fast-check";
import { expect, it } from "vitest";
import { excerpt, MAX_ECHO_CHARACTERS } from "../../src/bytes/excerpt.ts";

it("is the text, or its start, and never half of a surrogate pair", () => {
  const unit = fc.constantFrom("a", "é", "\u{1F600}");
  fc.assert(
    fc.property(fc.string({ unit, minLength: 280, maxLength: 320 }), (text) => {
      const shown = excerpt(text);
      expect(shown.length).toBeLessThanOrEqual(MAX_ECHO_CHARACTERS);
      expect(shown.isWellFormed()).toBe(true);
      expect(text.startsWith(shown.replace(/…$/u, ""))).toBe(true);
      const isWhole = text.length <= MAX_ECHO_CHARACTERS;
      expect([shown === text, shown.length >= Math.min(text.length, MAX_ECHO_CHARACTERS - 1)]).toEqual([isWhole, true]);
    }),
  );
});
