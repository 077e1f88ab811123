import { describe, expect, it } from "vitest";
import { domainSentence } from "../../src/playground/domain.ts";

describe("what a model is for", () => {
  it("is said in a sentence with the model's name", () => {
    expect(domainSentence({ id: "mini", domain: "cats; no dogs" })).toBe("The model mini is for cats; no dogs.");
  });

  it("is not said of a model of which nothing is known", () => {
    expect(domainSentence({ id: "florence-2-base", domain: "" })).toBeUndefined();
  });
});
