import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { taskInputs } from "../no-code/task-inputs.ts";
import { startWorld, type World } from "../no-code/world.ts";
import { loadPiece } from "./support/piece.ts";
import { runAction } from "./support/run-action.ts";

const { piece, framework } = loadPiece();

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

const run = (name: string, values: object = {}): Promise<unknown> =>
  runAction(name, values, { baseUrl: world.api.origin });

describe("the piece", () => {
  it("has metadata that the framework's schemas take", () => {
    const { actions, displayName, categories } = piece.metadata();
    expect([displayName, categories]).toEqual(["Florence Edge", ["ARTIFICIAL_INTELLIGENCE"]]);
    const titles = Object.values(actions).map((action) => action.displayName);
    expect(titles).toEqual(["Describe", "Read Text", "Find Objects", "Any Task"]);
    const { props, outputSchema, aiMetadata, errorHandlingOptions } = framework.ActionBase.shape;
    for (const action of Object.values(actions)) {
      // The schema of lists asks for members, which the framework's types, and pieces of its own, leave out.
      const known = Object.entries(action.props).filter(([, { type }]) => type !== "ARRAY");
      expect(props.safeParse(Object.fromEntries(known)).success).toBe(true);
      expect(outputSchema.safeParse(action.outputSchema).success).toBe(true);
      expect(aiMetadata.safeParse(action.aiMetadata).success).toBe(true);
      expect(errorHandlingOptions.safeParse(action.errorHandlingOptions).success).toBe(true);
    }
    expect(props.safeParse({ image: { type: "FILE" } }).success).toBe(false);
  });

  it("offers the fields of the chosen task", async () => {
    const { task, options } = piece.getAction("any_task")?.props ?? {};
    expect(task).toMatchObject({ type: "STATIC_DROPDOWN", required: true });
    expect(await options?.props?.({ task: "open-vocabulary-detection" }, {})).toMatchObject({
      labels: { type: "ARRAY", required: true },
      min_score: { type: "NUMBER", required: false },
    });
    expect(await options?.props?.({}, {})).toEqual({});
  });
});

describe("the actions", () => {
  it("describes an image", async () => {
    const answer = await run("describe");
    expect(answer).toMatchObject({ task: "caption", text: expect.stringContaining("truck") });
    expect(answer).toMatchObject({ id: expect.stringMatching(/^[\w-]{8,}$/u) });
    const told = piece.getAction("describe")?.outputSchema.fields.map(({ key }) => key) ?? [];
    expect(Object.keys(Object(answer)).filter((key) => !told.includes(key))).toEqual([]);
  });

  it("describes it at length on request", async () => {
    expect(await run("describe", { task: "more-detailed-caption", max_new_tokens: 20 })).toMatchObject({
      task: "more-detailed-caption",
      finish_reason: "length",
    });
  });

  it("reads text", async () => {
    expect(await run("read_text")).toMatchObject({ task: "ocr", answer_type: "text" });
    expect(await run("read_text", { task: "ocr-with-region" })).toMatchObject({ answer_type: "quads" });
  });

  it("finds all objects, or the named ones", async () => {
    expect(await run("find_objects", { max_objects: 2, labels: [] })).toMatchObject({
      task: "object-detection",
      labels: "snail,truck",
      first_x1: 0.32,
    });
    expect(await run("find_objects", { labels: ["truck", ""], min_score: 0.01 })).toMatchObject({
      task: "open-vocabulary-detection",
      first_label: "truck",
    });
    expect(await run("find_objects", { labels: "truck" })).toMatchObject({ task: "open-vocabulary-detection" });
    expect(await run("find_objects", { labels: [""] })).toMatchObject({ task: "object-detection" });
  });

  it.each(taskInputs)("asks $name as any task", async ({ name, values, answerType }) => {
    const answer = await run("any_task", { task: name, options: values });
    expect(answer).toMatchObject({ task: name, answer_type: answerType });
  });
});
