import { describe, expect, it } from "vitest";
import type { TaskOptions } from "../../src/contract/requests.ts";
import type { AnswerPart } from "../../src/contract/service.ts";
import { createAnswerStream } from "../../src/answering/stream-answer.ts";
import { prepare } from "../../src/answering/prepare.ts";
import { eventsOf, image, streamAll } from "../support/streamed-generation.ts";

const box = ["<loc_1>", "<loc_2>", "<loc_3>", "<loc_4>"];
const ring = ["<poly>", ...box, "<loc_5>", "<loc_6>", "</poly>"];
const tokens = (...texts: readonly string[]) => texts.map((text) => ({ text, logprob: -1 }));

/** The parts that these prompts emit, one prompt after the other, and the index of the event that emits each. */
function partsOf(
  task: Parameters<typeof streamAll>[0],
  options: TaskOptions,
  ...generations: readonly (readonly string[])[]
) {
  const events = generations.flatMap((texts, prompt) => eventsOf(tokens(...texts), prompt));
  const { emitted, rest } = streamAll(task, options, events);
  const at = emitted.flatMap((parts, event) => parts.map((part): [number, AnswerPart] => [event, part]));
  return { at: at.map(([event]) => event), parts: at.map(([, part]) => part), rest };
}

describe("an answer in progress", () => {
  it("emits words as they are generated, and never trailing white space", () => {
    const { at, parts } = partsOf("caption", {}, ["<s>", "a", " ", "cat", " ", "</s>"]);
    expect(at).toEqual([1, 3]);
    expect(parts).toEqual([
      { type: "delta", text: "a" },
      { type: "delta", text: " cat" },
    ]);
  });

  it("emits a box with its last token, its score already known", () => {
    const { at, parts } = partsOf("object-detection", {}, ["cat", ...box, "dog", ...box, "</s>"]);
    expect(at).toEqual([4, 9]);
    expect(parts).toMatchObject([
      { type: "object", index: 0, object: { label: "cat", score: 0.3679 } },
      { type: "object", index: 1, object: { label: "dog", score: 0.3679 } },
    ]);
  });

  it("numbers only the objects that the limits leave", () => {
    const events = eventsOf([
      ...tokens("cat", ...box),
      ...["dog", ...box].map((text) => ({ text, logprob: -0.1 })),
      ...tokens("</s>"),
    ]);
    const { parts } = streamAll("object-detection", { min_score: 0.5 }, events);
    expect(parts).toMatchObject([{ index: 0, object: { label: "dog" } }, { type: "done" }]);
  });

  it("emits the best objects at the end, when they are known", () => {
    const { at, rest } = partsOf("object-detection", { max_objects: 1 }, ["cat", ...box, "dog", ...box, "</s>"]);
    expect(at).toEqual([]);
    expect(rest).toMatchObject([{ type: "object", index: 0, object: { label: "cat" } }, { type: "done" }]);
  });

  it("does not delay a text with max_objects", () => {
    expect(partsOf("caption", { max_objects: 1 }, ["a cat", "</s>"]).at).toEqual([0]);
  });

  it("emits the objects of several labels in the order of the labels", () => {
    const options = { labels: ["cat", "dog"] };
    const [cat, dog] = [eventsOf(tokens(...box)), eventsOf(tokens(...box), 1)];
    const { emitted } = streamAll("open-vocabulary-detection", options, [...dog, ...cat]);
    const labels = emitted.map((parts) => parts.map((part) => part.type === "object" && part.object.label));
    expect(labels).toEqual([[], [], [], [], [], [], [], [], ["cat"], ["dog"]]);
  });

  it("waits with several labels until it is known whether one answer is polygons", () => {
    const options = { labels: ["cat", "dog"] };
    const { at, parts } = partsOf("open-vocabulary-detection", options, box, ring);
    // The second label's first token, after the first label's five events, is `<poly>`.
    expect(at).toEqual([5, 12]);
    expect(parts).toMatchObject([{ object: { polygons: [{}] } }, { object: { polygons: [{}] } }]);
  });

  it("waits for a log-probability that a location spelled as text has shifted", () => {
    const { at } = partsOf("object-detection", {}, ["<loc", "_9>", ...box, "</s>"]);
    expect(at).toEqual([5]);
  });

  it("fails with backend-failed if its end contradicts its beginning", () => {
    const answerStream = createAnswerStream(prepare("caption", {}, image), image);
    const model = { id: "m", revision: "1", dtype: "fp32", imageSize: 1, firstLocationId: 0 };
    answerStream.push({ type: "token", prompt: 0, id: 1, logprob: 0, text: "a dog" }, model);
    const { answer } = streamAll("caption", {}, eventsOf(tokens("a cat")));
    expect(() => answerStream.finish(answer)).toThrow(expect.objectContaining({ code: "backend-failed" }));
  });
});
