import { describe, expect, it } from "vitest";
import { postProcessTokens } from "../../src/florence/reference-scores.ts";
import postprocess from "../vectors/florence-2/postprocess.json" with { type: "json" };

const size = { width: 1000, height: 1000 };

/** Tokens with log-probabilities 0, −1, −2, … */
function tokens(...texts: readonly string[]) {
  return texts.map((text, index) => ({ text, logprob: -index }));
}

function detection(...texts: readonly string[]) {
  return postProcessTokens(tokens(...texts), "<OD>", size)?.["<OD>"];
}

const box = ["<loc_1>", "<loc_2>", "<loc_3>", "<loc_4>"];

describe("the original's scores", () => {
  it("are means over the locations after a single <s>", () => {
    expect(detection("<s>", "cat", ...box, "</s>")).toEqual({
      bboxes: [[1.5, 2.5, 3.5, 4.5]],
      labels: ["cat"],
      scores: [Math.exp(-3.5)],
    });
  });

  it("are means over a span too far to the left after several <s>", () => {
    // Nine characters precede "cat", but three are counted: the span starts with the last <s> and ends inside <loc_4>.
    expect(detection("<s>", "<s>", "<s>", "cat", ...box, "</s>")?.scores).toEqual([Math.exp(-4.5)]);
  });

  it("count a character outside the Basic Multilingual Plane once, as Python does", () => {
    expect(detection("<s>", "😀", " dog", ...box)).toMatchObject({ labels: [" dog"], scores: [Math.exp(-4.5)] });
  });
});

/** A box's score when every token has the log-probability 0. */
const CERTAIN = 1;

/** What a task that answers with boxes alone returns. */
function isBoxes(answer: unknown): answer is { readonly bboxes: readonly unknown[] } {
  return typeof answer === "object" && answer !== null && "bboxes" in answer && !("polygons" in answer);
}

describe("answers of the original from tokens", () => {
  const recorded = postprocess.vectors.flatMap(({ id, task, text, image_size: [width = 0, height = 0], microsoft }) => {
    const answer = Object.entries(microsoft).find(([token]) => token === task)?.[1];
    return isBoxes(answer) ? [{ id, task, text, image: { width, height }, answer }] : [];
  });

  /** The original was recorded from texts, for which it has no scores; from tokens, two tasks have one for each box. */
  it.each(["<OD>", "<DENSE_REGION_CAPTION>", "<REGION_PROPOSAL>", "<CAPTION_TO_PHRASE_GROUNDING>"])(
    "of %s are those recorded from texts, with scores only if there is a box",
    (task) => {
      const hasScores = task === "<OD>" || task === "<DENSE_REGION_CAPTION>";
      const vectors = recorded.filter((vector) => vector.task === task);
      expect(vectors.filter(({ answer }) => answer.bboxes.length === 0).length).toBeGreaterThan(5);
      for (const { id, text, image, answer } of vectors) {
        const scores = answer.bboxes.map(() => CERTAIN);
        const expected = hasScores && scores.length > 0 ? { ...answer, scores } : answer;
        const actual = postProcessTokens([{ text, logprob: 0 }], task, image);
        // toStrictEqual: a key with the value undefined would count as a key.
        expect({ id, ...actual }).toStrictEqual({ id, [task]: expected });
      }
    },
  );

  it.each(["<OCR>", "<OCR_WITH_REGION>", "<OPEN_VOCABULARY_DETECTION>", "<REGION_TO_SEGMENTATION>", "<VQA>"])(
    "are not offered for %s, which answers with other things than boxes",
    (task) => {
      expect(postProcessTokens(tokens("<s>", "cat", ...box), task, size)).toBeUndefined();
    },
  );
});
