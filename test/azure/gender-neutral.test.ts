import { expect, it } from "vitest";
import { genderNeutral } from "../../src/azure/gender-neutral.ts";

it.each([
  ["a man and a woman", "a person and a person"],
  ["Women with boys and a girl", "People with children and a child"],
  ["two men", "two people"],
  ["a mannequin and a human", "a mannequin and a human"],
  ["the boyhood of a manager", "the boyhood of a manager"],
])("'%s' becomes '%s'", (text, neutral) => {
  expect(genderNeutral(text)).toBe(neutral);
});
