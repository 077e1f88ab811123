import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TaskOptions } from "../../src/contract/requests.ts";
import { type TaskName, tasks } from "../../src/florence/tasks.ts";
import type { GenerationEvent } from "../../src/inference/backend.ts";
import { anyTokenPieces, eventsOf, streamAll, sumOf } from "../support/streamed-generation.ts";
import { taskName } from "../support/token-soup.ts";

const form: fc.Arbitrary<TaskOptions> = fc.record(
  {
    min_score: fc.double({ min: 0, max: 1, noNaN: true }),
    max_objects: fc.integer({ min: 1, max: 5 }),
    box_format: fc.constantFrom("xyxy", "xywh", "cxcywh"),
    include: fc.constant(["svg_path"]),
  },
  { requiredKeys: [] },
);

/** What a task takes, for so many prompts. */
function given(task: TaskName, prompts: number): TaskOptions {
  const { input } = tasks[task];
  if (input === "labels") return { labels: Array.from({ length: prompts }, (_, at) => `label ${at}`) };
  if (input === "region") return { region: "<loc_1><loc_1><loc_9><loc_9>" };
  return input === "text" ? { text: "a cat" } : {};
}

/** Several prompts' events in any order that keeps each one's own. */
function mixed(each: readonly (readonly GenerationEvent[])[], order: readonly number[]): readonly GenerationEvent[] {
  const left = each.map((events) => [...events]);
  const next = (turn: number): GenerationEvent | undefined => {
    const open = left.filter((events) => events.length > 0);
    return open[turn % open.length]?.shift();
  };
  const turns = [...order, ...each.flat().map(() => 0)];
  return turns.flatMap((turn) => next(turn) ?? []);
}

/** The task of several prompts and two types of answer more often. */
const anyTask = fc.oneof(taskName, fc.constant<TaskName>("open-vocabulary-detection"));

const request = anyTask.chain((task) =>
  fc.record({
    task: fc.constant(task),
    form,
    writings: fc.array(anyTokenPieces, { minLength: 1, maxLength: tasks[task].input === "labels" ? 3 : 1 }),
    order: fc.array(fc.nat({ max: 5 }), { maxLength: 100 }),
    untold: fc.nat({ max: 2 }),
  }),
);

describe("the parts of an answer", () => {
  it("add up to the answer without a stream, whatever is written, cut and mixed how", () => {
    fc.assert(
      fc.property(request, ({ task, form: options, writings, order, untold }) => {
        const each = writings.map((pieces, prompt) => eventsOf(pieces, prompt, pieces.length - untold));
        const { parts, answer } = streamAll(task, { ...given(task, writings.length), ...options }, mixed(each, order));
        const { text, objects, indexes, done } = sumOf(parts);
        expect(text).toBe(answer.type === "text" ? answer.text : "");
        expect(objects).toEqual(answer.type === "text" ? [] : answer.objects);
        expect(indexes).toEqual([...objects.keys()]);
        expect(done).toEqual([answer]);
        expect(parts.at(-1)?.type).toBe("done");
      }),
      { numRuns: 500 },
    );
  });

  it("of one prompt are told with the event that completes them: none waits for the end", () => {
    fc.assert(
      fc.property(taskName, anyTokenPieces, (task, pieces) => {
        const { rest } = streamAll(task, given(task, 1), eventsOf(pieces));
        expect(rest.map(({ type }) => type)).toEqual(["done"]);
      }),
    );
  });
});
