import { describe, expect, it } from "vitest";
import { parse } from "../../src/florence/parse.ts";
import { postProcess } from "../../src/florence/reference.ts";

const MILLION = 1_000_000;
/** Linear time takes a second; quadratic time would take hours. */
const TIMEOUT_MS = 20_000;
const size = { width: 640, height: 480 };

describe("a text of a million parts is parsed in linear time", () => {
  it("if they are locations", { timeout: TIMEOUT_MS }, () => {
    const text = "<loc_1>".repeat(MILLION);
    expect(parse(text, "region-proposal", size)).toMatchObject({ objects: { length: MILLION / 4 } });
    expect(postProcess(text, "<REGION_PROPOSAL>", size)).toMatchObject({
      "<REGION_PROPOSAL>": { labels: { length: MILLION / 4 } },
    });
  });

  it.each(["<", "<s>", "a<pad>", "<loc_1", "a<loc_1>", "<poly>", "<sep>"])("if they are %s", (part) => {
    const text = part.repeat(MILLION);
    expect(parse(text, "open-vocabulary-detection", size)).toMatchObject({ objects: [] });
    const nothing = { bboxes: [], bboxes_labels: [], polygons: [], polygons_labels: [] };
    const { "<OPEN_VOCABULARY_DETECTION>": answer } = postProcess(text, "<OPEN_VOCABULARY_DETECTION>", size);
    expect(answer).toEqual(nothing);
  });
});
