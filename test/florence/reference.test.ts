import { describe, expect, it } from "vitest";
import { postProcess } from "../../src/florence/reference.ts";

const size = { width: 1000, height: 1000 };
const four = "<loc_1><loc_2><loc_3><loc_4>";

describe("the reference", () => {
  it("answers under the token that it was given, and reads unknown ones as plain text", () => {
    expect(postProcess("</s><s> blue </s>", "<VQA>", size)).toEqual({ "<VQA>": "blue" });
  });

  it("lets an incomplete box leak into the next label", () => {
    const text = `car<loc_7><loc_8><loc_9>dog${four}`;
    expect(postProcess(text, "<OD>", size)).toEqual({ "<OD>": { bboxes: [[1, 2, 3, 4]], labels: ["loc_9>dog"] } });
  });

  it("loses letters outside ASCII, after the white space around them is gone", () => {
    const { "<OD>": answer } = postProcess(` 猫 café${four}`, "<OD>", size);
    expect(answer).toEqual({ bboxes: [[1, 2, 3, 4]], labels: [" caf"] });
  });

  it("strips what Python takes for white space, and no more", () => {
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
  ])("reads %s as though there were no framing", (text, labels) => {
    expect(postProcess(text, "<OD>", size)).toEqual({ "<OD>": { bboxes: labels.map(() => [1, 2, 3, 4]), labels } });
  });

  it("looks for <poly> before it cleans up", () => {
    const joined = postProcess(`cat<po<s>ly>${four}`, "<OPEN_VOCABULARY_DETECTION>", size);
    expect(joined).toEqual({
      "<OPEN_VOCABULARY_DETECTION>": {
        bboxes: [[1, 2, 3, 4]],
        bboxes_labels: ["poly>"],
        polygons: [],
        polygons_labels: [],
      },
    });
  });

  it("gives numbers that do not fit as the smallest integer", () => {
    const text = "car<loc_99999999999999999999><loc_2><loc_3><loc_4>";
    const { "<OD>": answer } = postProcess(text, "<OD>", size);
    expect(answer).toEqual({ bboxes: [[-(2 ** 31), 2, 3, 4]], labels: ["car"] });
  });
});
