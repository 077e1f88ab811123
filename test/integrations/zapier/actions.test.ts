import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { taskInputs } from "../no-code/task-inputs.ts";
import { startWorld, type World } from "../no-code/world.ts";
import { loadApp, type Tester } from "./support/app.ts";
import { perform } from "./support/perform.ts";

let tester: Tester;
let world: World;

beforeAll(async () => {
  [tester, world] = await Promise.all([loadApp(), startWorld()]);
});

afterAll(() => world.stop());

const ask = (name: string, inputData: object = {}): Promise<unknown> => perform(tester, world, name, inputData);

describe("the actions", () => {
  it("describes an image", async () => {
    const answer = await ask("describe");
    expect(answer).toMatchObject({ task: "caption", object_count: 0, text: expect.stringContaining("truck") });
    expect(answer).toMatchObject({ id: expect.stringMatching(/^[\w-]{8,}$/u) });
  });

  it("describes it at length on request", async () => {
    expect(await ask("describe", { task: "more-detailed-caption", max_new_tokens: 20 })).toMatchObject({
      task: "more-detailed-caption",
      finish_reason: "length",
    });
  });

  it("reads text", async () => {
    expect(await ask("read_text")).toMatchObject({ task: "ocr", answer_type: "text" });
    expect(await ask("read_text", { task: "ocr-with-region" })).toMatchObject({ answer_type: "quads" });
  });

  it("finds all objects, or the named ones", async () => {
    expect(await ask("find_objects", { max_objects: 2 })).toMatchObject({
      task: "object-detection",
      object_count: 2,
      labels: "snail,truck",
      first_label: "snail",
      first_x1: 0.32,
    });
    expect(await ask("find_objects", { labels: ["truck", ""], min_score: 0.01 })).toMatchObject({
      task: "open-vocabulary-detection",
      first_label: "truck",
    });
    expect(await ask("find_objects", { labels: "truck" })).toMatchObject({ task: "open-vocabulary-detection" });
    expect(await ask("find_objects", { labels: [""] })).toMatchObject({ task: "object-detection" });
  });

  it.each(taskInputs)("asks $name as any task", async ({ name, values, answerType }) => {
    expect(await ask("any_task", { task: name, ...values })).toMatchObject({ task: name, answer_type: answerType });
  });
});

describe("what Zapier is told of an action", () => {
  it("is what its answer has", async () => {
    const { operation } = tester.app.creates["find_objects"] ?? {};
    const answer = await ask("find_objects");
    expect(Object.keys(Object(answer))).toEqual(Object.keys(operation?.sample ?? {}));
    const told = operation?.outputFields.map(({ key }) => key) ?? [];
    expect(Object.keys(Object(answer)).filter((key) => !told.includes(key))).toEqual([]);
  });

  it("is the fields of the chosen task", async () => {
    const fields = tester.app.creates["any_task"]?.operation.inputFields ?? [];
    const dynamic = fields.find((field) => typeof field === "function");
    if (dynamic === undefined) throw new Error("There are no dynamic fields.");
    const shown = await tester.run(dynamic, { inputData: { task: "open-vocabulary-detection" } });
    expect(shown).toMatchObject([
      { key: "labels", list: true, required: true },
      { key: "min_score", type: "number" },
      { key: "max_objects" },
      { key: "max_new_tokens" },
      { key: "beams" },
    ]);
  });
});
