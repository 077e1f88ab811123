import { describe, expect, it } from "vitest";
import { createIncrementalParser } from "../../src/florence/incremental.ts";
import { collectAnswer, type ParseEvent, parse } from "../../src/florence/parse.ts";
import { isTaskName, type TaskName, tasks } from "../../src/florence/tasks.ts";
import vectors from "../vectors/florence-2/postprocess.json";

const size = { width: 640, height: 480 };

function labels(events: readonly ParseEvent[]): readonly string[] {
  return events.map((event) => (event.type === "text" ? event.text : event.object.label));
}

/** The labels that each chunk of a text completes, and those that the end completes. */
function steps(task: TaskName, chunks: readonly string[]): readonly (readonly string[])[] {
  const parser = createIncrementalParser(task, size);
  const pushed = chunks.map((chunk) => labels(parser.push(chunk)));
  return [...pushed, labels(parser.end())];
}

describe("an object is emitted", () => {
  it("with the last token of its box", () => {
    const chunks = ["car", "<loc_1><loc_2><loc_3>", "<loc_4>", "dog<loc_5>"];
    expect(steps("object-detection", chunks)).toEqual([[], [], ["car"], [], []]);
  });

  it("with the last character of its last token", () => {
    const chunks = ["car<loc_1><loc_2><loc_3><loc_", "4", ">"];
    expect(steps("object-detection", chunks)).toEqual([[], [], ["car"], []]);
  });

  it("with the token that ends its polygon, or with the end", () => {
    const ring = "<loc_1><loc_1><loc_2><loc_2><loc_3><loc_3>";
    const chunks = ["cat<poly>", ring, "</poly>", "dog<poly>", ring];
    expect(steps("open-vocabulary-detection", chunks)).toEqual([[], [], ["cat"], [], [], ["dog"]]);
  });
});

describe("a text is emitted", () => {
  it("as it arrives, except an incomplete token, half a character and white space at the end", () => {
    const chunks = ["</s><s>", " a", " cat ", "<", "3 \uD83D", "\uDE00 </", "s>"];
    expect(steps("caption", chunks)).toEqual([[], ["a"], [" cat"], [], [" <3"], [" 😀"], [], []]);
  });
});

/** The task of a vector, by its token. Tokens of no task stand for plain text. */
function taskOf(token: string): TaskName {
  const names = Object.keys(tasks).filter(isTaskName);
  return names.find((name) => tasks[name].token === token) ?? "caption";
}

describe("the answer is that of the whole text", () => {
  it("for every cut of every vector into two", () => {
    for (const { text, task: token } of vectors.vectors) {
      const task = taskOf(token);
      const whole = parse(text, task, size);
      for (let cut = 0; cut <= text.length; cut += 1) {
        const parser = createIncrementalParser(task, size);
        const events = [...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut)), ...parser.end()];
        expect(collectAnswer(parser.type(), events)).toEqual(whole);
      }
    }
  });

  it("for every vector, character by character", () => {
    for (const { text, task: token } of vectors.vectors) {
      const task = taskOf(token);
      const parser = createIncrementalParser(task, size);
      const events = [...text.split("").flatMap((character) => parser.push(character)), ...parser.end()];
      expect(collectAnswer(parser.type(), events)).toEqual(parse(text, task, size));
    }
  });
});
