import { describe, expect, it } from "vitest";
import { createIncrementalParser } from "../../src/florence/incremental.ts";
import { collectAnswer, type ParseEvent, parse } from "../../src/florence/parse.ts";
import { isTaskName, type TaskName, tasks } from "../../src/florence/tasks.ts";
import vectors from "../vectors/florence-2/postprocess.json";

const size = { width: 640, height: 480 };

function labels(events: readonly ParseEvent[]): readonly string[] {
  return events.map((event) => (event.type === "text" ? event.text : event.object.label));
}

/** What each stretch of a text completes, and the end. */
function steps(task: TaskName, stretches: readonly string[]): readonly (readonly string[])[] {
  const parser = createIncrementalParser(task, size);
  const pushed = stretches.map((stretch) => labels(parser.push(stretch)));
  return [...pushed, labels(parser.end())];
}

describe("an object is given out", () => {
  it("with the last token of its box", () => {
    const stretches = ["car", "<loc_1><loc_2><loc_3>", "<loc_4>", "dog<loc_5>"];
    expect(steps("object-detection", stretches)).toEqual([[], [], ["car"], [], []]);
  });

  it("with the last character of its last token", () => {
    const stretches = ["car<loc_1><loc_2><loc_3><loc_", "4", ">"];
    expect(steps("object-detection", stretches)).toEqual([[], [], ["car"], []]);
  });

  it("with the token that ends its polygon, or with the end", () => {
    const ring = "<loc_1><loc_1><loc_2><loc_2><loc_3><loc_3>";
    const stretches = ["cat<poly>", ring, "</poly>", "dog<poly>", ring];
    expect(steps("open-vocabulary-detection", stretches)).toEqual([[], [], ["cat"], [], [], ["dog"]]);
  });
});

describe("a text is given out", () => {
  it("as it comes, without what may be half a token, half a character or the end's white space", () => {
    const stretches = ["</s><s>", " a", " cat ", "<", "3 \uD83D", "\uDE00 </", "s>"];
    expect(steps("caption", stretches)).toEqual([[], ["a"], [" cat"], [], [" <3"], [" 😀"], [], []]);
  });
});

/** The task of a vector, by its token; tokens that are no task's stand for plain text. */
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
