import { describe, expect, it } from "vitest";
import { postProcess } from "../../src/florence/reference.ts";

const size = { width: 1000, height: 1000 };
const four = "<loc_1><loc_2><loc_3><loc_4>";

describe("the reference", () => {
  it("returns the answer under the given token, and treats the text of unknown tokens as plain text", () => {
    expect(postProcess("</s><s> blue </s>", "<VQA>", size)).toEqual({ "<VQA>": "blue" });
  });

  it("lets an incomplete box leak into the next label", () => {
    const text = `car<loc_7><loc_8><loc_9>dog${four}`;
    expect(postProcess(text, "<OD>", size)).toEqual({ "<OD>": { bboxes: [[1, 2, 3, 4]], labels: ["loc_9>dog"] } });
  });

  it("removes letters outside ASCII after it strips white space", () => {
    const { "<OD>": answer } = postProcess(` 猫 café${four}`, "<OD>", size);
    expect(answer).toEqual({ bboxes: [[1, 2, 3, 4]], labels: [" caf"] });
  });

  it("strips exactly Python's white space", () => {
    expect(postProcess("\u001C\u0085x\uFEFF", "<OCR>", size)).toEqual({ "<OCR>": "x\uFEFF" });
  });

  it("removes framing tokens one kind after the other", () => {
    expect(postProcess("<<s>/s>a<</s>s>b", "<OCR>", size)).toEqual({ "<OCR>": "a<s>b" });
  });

  it.each([
    [`</s><s>car${four}</s><pad>`, ["car"]],
    [`</s><s><loc_9>${four}</s>`, ["loc_9>"]],
    [`c</s>ar<loc_1><s><loc_2><loc_3><loc_4>`, ["car"]],
    [`car<lo<pad>c_1><loc_2><loc_3><loc_4>`, ["car"]],
    [`<s>a<</s>s>b${four}`, ["s>b"]],
    ["<s></s><pad>", []],
  ])("parses %s as if there were no framing tokens", (text, labels) => {
    expect(postProcess(text, "<OD>", size)).toEqual({ "<OD>": { bboxes: labels.map(() => [1, 2, 3, 4]), labels } });
  });

  it("searches for <poly> before the clean-up", () => {
    const answer = postProcess(`cat<po<s>ly>${four}`, "<OPEN_VOCABULARY_DETECTION>", size);
    expect(answer).toEqual({
      "<OPEN_VOCABULARY_DETECTION>": {
        bboxes: [[1, 2, 3, 4]],
        bboxes_labels: ["poly>"],
        polygons: [],
        polygons_labels: [],
      },
    });
  });

  it("returns numbers that do not fit as the smallest integer", () => {
    const text = "car<loc_99999999999999999999><loc_2><loc_3><loc_4>";
    const { "<OD>": answer } = postProcess(text, "<OD>", size);
    expect(answer).toEqual({ bboxes: [[-(2 ** 31), 2, 3, 4]], labels: ["car"] });
  });
});
