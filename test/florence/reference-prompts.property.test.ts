import * as fc from "fast-check";
import { expect, it } from "vitest";
import { constructPrompts } from "../../src/florence/reference-prompts.ts";
import { tasks } from "../../src/florence/tasks.ts";

const parts = [...Object.values(tasks).map(({ token }) => token), "a cat", " ", "$&", "{input}", "<VQA>", "<OD"];
const text = fc.array(fc.constantFrom(...parts), { maxLength: 3 }).map((some) => some.join(""));

it("the prompts of several texts equal those of each text alone", () => {
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      expect(constructPrompts(texts)).toEqual(texts.flatMap((one) => constructPrompts([one])));
    }),
  );
});
