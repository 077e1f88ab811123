import { describe, expect, it } from "vitest";
import { constructPrompts } from "../../src/florence/reference-prompts.ts";

describe("the reference's prompts", () => {
  it("combine a task's sentence and an input, at any position and number of the token", () => {
    const prompt = "Locate a cat in the image.";
    const token = "<OPEN_VOCABULARY_DETECTION>";
    const texts = [`${token}a cat`, ` a cat ${token}`, `${token}${token}a cat`];
    expect(constructPrompts(texts)).toEqual(texts.map(() => ({ ok: true, prompt })));
  });

  it("are rejected if a task without input has additional text", () => {
    const refusal = { ok: false, refusal: "task-token-not-alone" };
    expect(constructPrompts([" <OD>", "<OPEN_VOCABULARY_DETECTION><CAPTION>", "<OD><CAPTION>"])).toEqual([
      { ...refusal, token: "<OD>" },
      { ...refusal, token: "<CAPTION>" },
      { ...refusal, token: "<CAPTION>" },
    ]);
  });

  it("may have an empty input", () => {
    const [result] = constructPrompts(["<CAPTION_TO_PHRASE_GROUNDING>"]);
    expect(result).toEqual({ ok: true, prompt: "Locate the phrases in the caption: " });
  });

  it("are stripped as in Python", () => {
    const [result] = constructPrompts(["<REGION_TO_OCR>\u001C\u0085\uFEFFx\u3000"]);
    expect(result).toEqual({ ok: true, prompt: "What text is in the region \uFEFFx?" });
  });

  it("are the texts themselves if they contain no task token", () => {
    const texts = ["", "What is this?", "<VQA>What is this?", "<od>"];
    expect(constructPrompts(texts)).toEqual(texts.map((prompt) => ({ ok: true, prompt })));
  });
});
