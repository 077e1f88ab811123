import { describe, expect, it } from "vitest";
import type { TaskOptions } from "../../src/contract/requests.ts";
import type { AnswerPart } from "../../src/contract/service.ts";
import { createAnswerStream } from "../../src/answering/stream-answer.ts";
import { prepare } from "../../src/answering/prepare.ts";
import { eventsOf, image, streamAll } from "../support/streamed-generation.ts";

const box = ["<loc_1>", "<loc_2>", "<loc_3>", "<loc_4>"];
const ring = ["<poly>", ...box, "<loc_5>", "<loc_6>", "</poly>"];
const tokens = (...texts: readonly string[]) => texts.map((text) => ({ text, logprob: -1 }));

/** Where parts come in the events of these prompts, one prompt behind the other. */
function told(task: Parameters<typeof streamAll>[0], options: TaskOptions, ...written: readonly (readonly string[])[]) {
  const events = written.flatMap((texts, prompt) => eventsOf(tokens(...texts), prompt));
  const { heard, rest } = streamAll(task, options, events);
  const at = heard.flatMap((parts, event) => parts.map((part): [number, AnswerPart] => [event, part]));
  return { at: at.map(([event]) => event), parts: at.map(([, part]) => part), rest };
}

describe("an answer in the making", () => {
  it("tells words as they are written, and trailing white space never", () => {
    const { at, parts } = told("caption", {}, ["<s>", "a", " ", "cat", " ", "</s>"]);
    expect(at).toEqual([1, 3]);
    expect(parts).toEqual([
      { type: "delta", text: "a" },
      { type: "delta", text: " cat" },
    ]);
  });

  it("tells a box with its last token, its score already known", () => {
    const { at, parts } = told("object-detection", {}, ["cat", ...box, "dog", ...box, "</s>"]);
    expect(at).toEqual([4, 9]);
    expect(parts).toMatchObject([
      { type: "object", index: 0, object: { label: "cat", score: 0.3679 } },
      { type: "object", index: 1, object: { label: "dog", score: 0.3679 } },
    ]);
  });

  it("counts only the objects that are shown", () => {
    const events = eventsOf([
      ...tokens("cat", ...box),
      ...["dog", ...box].map((text) => ({ text, logprob: -0.1 })),
      ...tokens("</s>"),
    ]);
    const { parts } = streamAll("object-detection", { min_score: 0.5 }, events);
    expect(parts).toMatchObject([{ index: 0, object: { label: "dog" } }, { type: "done" }]);
  });

  it("keeps the best objects for the end, when they are known", () => {
    const { at, rest } = told("object-detection", { max_objects: 1 }, ["cat", ...box, "dog", ...box, "</s>"]);
    expect(at).toEqual([]);
    expect(rest).toMatchObject([{ type: "object", index: 0, object: { label: "cat" } }, { type: "done" }]);
  });

  it("does not keep a text for the end: there are no objects to choose from", () => {
    expect(told("caption", { max_objects: 1 }, ["a cat", "</s>"]).at).toEqual([0]);
  });

  it("of several labels tells them in their order", () => {
    const options = { labels: ["cat", "dog"] };
    const [cat, dog] = [eventsOf(tokens(...box)), eventsOf(tokens(...box), 1)];
    const { heard } = streamAll("open-vocabulary-detection", options, [...dog, ...cat]);
    const labels = heard.map((parts) => parts.map((part) => part.type === "object" && part.object.label));
    expect(labels).toEqual([[], [], [], [], [], [], [], [], ["cat"], ["dog"]]);
  });

  it("of several labels waits until it is known whether outlines are among them", () => {
    const options = { labels: ["cat", "dog"] };
    const { at, parts } = told("open-vocabulary-detection", options, box, ring);
    // The second label's first token, behind the first's five events, is `<poly>`.
    expect(at).toEqual([5, 12]);
    expect(parts).toMatchObject([{ object: { polygons: [{}] } }, { object: { polygons: [{}] } }]);
  });

  it("waits for a probability that a location spelled in letters has shifted", () => {
    const { at } = told("object-detection", {}, ["<loc", "_9>", ...box, "</s>"]);
    expect(at).toEqual([5]);
  });

  it("whose end contradicts its beginning is a failure of the backend", () => {
    const teller = createAnswerStream(prepare("caption", {}, image), image);
    const model = { id: "m", revision: "1", dtype: "fp32", imageSize: 1, firstLocationId: 0 };
    teller.push({ type: "token", prompt: 0, id: 1, logprob: 0, text: "a dog" }, model);
    const { answer } = streamAll("caption", {}, eventsOf(tokens("a cat")));
    expect(() => teller.finish(answer)).toThrow(expect.objectContaining({ code: "backend-failed" }));
  });
});
