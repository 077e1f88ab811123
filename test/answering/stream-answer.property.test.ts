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

/** The input options of a task, for this number of prompts. */
function inputFor(task: TaskName, prompts: number): TaskOptions {
  const { input } = tasks[task];
  if (input === "labels") return { labels: Array.from({ length: prompts }, (_, at) => `label ${at}`) };
  if (input === "region") return { region: "<loc_1><loc_1><loc_9><loc_9>" };
  return input === "text" ? { text: "a cat" } : {};
}

/** Interleaves the events of several prompts; keeps the order within each prompt. */
function interleaved(
  each: readonly (readonly GenerationEvent[])[],
  order: readonly number[],
): readonly GenerationEvent[] {
  const remaining = each.map((events) => [...events]);
  const next = (choice: number): GenerationEvent | undefined => {
    const open = remaining.filter((events) => events.length > 0);
    return open[choice % open.length]?.shift();
  };
  const choices = [...order, ...each.flat().map(() => 0)];
  return choices.flatMap((choice) => next(choice) ?? []);
}

/** Any task; more often the one with several prompts and two answer types. */
const anyTask = fc.oneof(taskName, fc.constant<TaskName>("open-vocabulary-detection"));

const request = anyTask.chain((task) =>
  fc.record({
    task: fc.constant(task),
    form,
    generations: fc.array(anyTokenPieces, { minLength: 1, maxLength: tasks[task].input === "labels" ? 3 : 1 }),
    order: fc.array(fc.nat({ max: 5 }), { maxLength: 100 }),
    silent: fc.nat({ max: 2 }),
  }),
);

describe("the parts of an answer", () => {
  it("add up to the answer without a stream, however the tokens are cut and interleaved", () => {
    fc.assert(
      fc.property(request, ({ task, form: options, generations, order, silent }) => {
        const each = generations.map((pieces, prompt) => eventsOf(pieces, prompt, pieces.length - silent));
        const { parts, answer } = streamAll(
          task,
          { ...inputFor(task, generations.length), ...options },
          interleaved(each, order),
        );
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

  it("of one prompt are emitted with the event that completes them, none at the end", () => {
    fc.assert(
      fc.property(taskName, anyTokenPieces, (task, pieces) => {
        const { rest } = streamAll(task, inputFor(task, 1), eventsOf(pieces));
        expect(rest.map(({ type }) => type)).toEqual(["done"]);
      }),
    );
  });
});
