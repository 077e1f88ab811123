import * as fc from "fast-check";
import { expect, it } from "vitest";
import { postProcess } from "../../src/florence/reference.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { slowPostProcess } from "../support/slow-reference.ts";
import { imageSize, taskName, tokenSoup } from "../support/token-soup.ts";

it("postProcess returns the results of the reference's regular expressions", () => {
  fc.assert(
    fc.property(tokenSoup, taskName, imageSize, (text, task, size) => {
      const { token } = tasks[task];
      expect(postProcess(text, token, size)).toEqual(slowPostProcess(text, token, size));
    }),
    { numRuns: 2000 },
  );
});
