import { describe, expect, it } from "vitest";
import { bodiesByInput, optionsByInput } from "../../src/contract/requests.ts";
import { FlatAnswer } from "../../src/contract/forms.ts";
import { queryOptions } from "../../src/http/query.ts";
import { type TaskName, tasks } from "../../src/florence/tasks.ts";
import { answerFields } from "../../tools/no-code/answer-fields.ts";
import { noCodeTasks } from "../../tools/no-code/tasks.ts";
import { titleOf } from "../../tools/no-code/title.ts";

const shown = noCodeTasks();

function fieldsOf(name: TaskName) {
  return shown.find((task) => task.name === name)?.fields ?? [];
}

describe("tasks for tools without code", () => {
  it("are all tasks, once each, at their paths", () => {
    expect(shown.map(({ name }) => name).toSorted()).toEqual(Object.keys(tasks).toSorted());
    expect(shown.every(({ name, path }) => path === `/v1/${name}`)).toBe(true);
  });

  it("have an example that is the flat answer to that task", () => {
    for (const { name, example, hasObjects } of shown) {
      const answer = FlatAnswer.parse(example);
      expect([answer.task, answer.answer_type !== "text"]).toEqual([name, hasObjects]);
    }
  });

  it("have fields that the API takes, each with a label and a help", () => {
    for (const { name, fields } of shown) {
      const known = Object.keys(bodiesByInput[tasks[name].input].shape);
      expect(fields.filter((field) => !known.includes(field.name))).toEqual([]);
      expect(fields.filter(({ label, help }) => label === "" || help === "")).toEqual([]);
    }
  });

  it("have examples that are read as valid options", () => {
    for (const { name, fields } of shown) {
      const given = fields.flatMap((field) =>
        field.example === undefined ? [] : [[field.name, field.example] as const],
      );
      expect(optionsByInput[tasks[name].input].safeParse(queryOptions(given)).success).toBe(true);
    }
  });

  it("ask first for what they need", () => {
    expect(fieldsOf("open-vocabulary-detection")[0]).toMatchObject({ name: "labels", type: "texts", isRequired: true });
    expect(fieldsOf("caption-to-phrase-grounding")[0]).toMatchObject({ name: "text", type: "text", isRequired: true });
    expect(fieldsOf("region-to-ocr").slice(0, 2)).toMatchObject([
      { name: "region", type: "box", isRequired: false, alternative: "normalized_region", example: "26,0,54,26" },
      { name: "normalized_region", type: "box", isRequired: false, alternative: "region" },
    ]);
  });

  it("offer limits of objects only where there are objects", () => {
    expect(fieldsOf("caption").map(({ name }) => name)).toEqual(["max_new_tokens", "beams", "include"]);
    expect(fieldsOf("object-detection")).toMatchObject([
      { name: "min_score", type: "number", minimum: 0, maximum: 1 },
      { name: "max_objects", type: "integer", minimum: 1, maximum: 1000 },
      { name: "max_new_tokens", type: "integer" },
      { name: "beams", type: "integer", minimum: 1, maximum: 5 },
      { name: "box_format", type: "choice", choices: ["xyxy", "xywh", "cxcywh"], default: "xyxy" },
      { name: "include", type: "choices", choices: ["svg_path", "coco_rle", "score"] },
    ]);
  });
});

it("the fields of the flat answer have types and labels", () => {
  const fields = new Map(answerFields().map((field) => [field.name, field]));
  expect(fields.get("object_count")).toMatchObject({ type: "integer", label: "Object Count" });
  expect(fields.get("first_x1")).toMatchObject({ type: "number" });
  expect(fields.get("charge_micro_usd")).toMatchObject({ type: "integer", label: "Charge Micro USD" });
  expect(Object.keys(shown[0]?.example ?? {}).filter((name) => !fields.has(name))).toEqual([]);
});

it.each([
  ["max_new_tokens", "Maximum New Tokens"],
  ["region-to-ocr", "Region to OCR"],
  ["ocr-with-region", "OCR with Region"],
])("%s is titled %s", (name, title) => {
  expect(titleOf(name)).toBe(title);
});
