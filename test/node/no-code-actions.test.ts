import { describe, expect, it } from "vitest";
import { tasks } from "../../src/florence/tasks.ts";
import { noCodeActions } from "../../tools/no-code/actions.ts";

const actions = new Map(noCodeActions().map((action) => [action.name, action]));

describe("the actions of tools without code", () => {
  it("are four", () => {
    const titles = [...actions.values()].map(({ title }) => title);
    expect(titles).toEqual(["Describe", "Read Text", "Find Objects", "Any Task"]);
  });

  it("have the fields that all of their tasks have", () => {
    expect(actions.get("describe")).toMatchObject({
      task: "caption",
      choices: [{ name: "caption" }, { name: "detailed-caption" }, { name: "more-detailed-caption" }],
      fields: [{ name: "max_new_tokens" }, { name: "beams" }, { name: "include" }],
    });
    const reading = actions.get("read_text")?.fields.map(({ name }) => name);
    expect(reading).toEqual(["max_new_tokens", "beams", "include"]);
  });

  it("find what is named, if anything is", () => {
    expect(actions.get("find_objects")).toMatchObject({ task: "object-detection", choices: [] });
    expect(actions.get("find_objects")?.taskWithLabels).toBe("open-vocabulary-detection");
    expect(actions.get("find_objects")?.fields[0]).toMatchObject({ name: "labels", isRequired: false });
  });

  it("include one with every task, which must be chosen", () => {
    const any = actions.get("any_task");
    expect(any).toMatchObject({ task: undefined, fields: [] });
    expect(any?.choices.map(({ name }) => name).toSorted()).toEqual(Object.keys(tasks).toSorted());
  });
});
