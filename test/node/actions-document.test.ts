import { describe, expect, it } from "vitest";
import { isJsonObject } from "../../src/contract/json-object.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { actionsDocument } from "../../tools/docs/actions-document.ts";

const rows = Object.entries(tasks).map(([name, row]) => ({ name, ...row }));
const free = actionsDocument(rows, { hasAccounts: false });

/** All texts called `name` in a document, at any depth. */
function textsIn(value: unknown, name: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each) => textsIn(each, name));
  if (!isJsonObject(value)) return [];
  const { [name]: own } = value;
  return [...(typeof own === "string" ? [own] : []), ...Object.values(value).flatMap((each) => textsIn(each, name))];
}

describe("the document of the actions", () => {
  it("has one operation for each task, of which none asks the user first", () => {
    const operations = Object.values(free.paths).map(({ post }) => post);
    expect(Object.keys(free.paths)).toEqual(rows.map(({ name }) => `/openai/actions/${name}`));
    expect(operations.some((operation) => operation["x-openai-isConsequential"])).toBe(false);
  });

  it("is below ChatGPT's limits", () => {
    expect(JSON.stringify(free).length).toBeLessThan(100_000);
    expect(Object.keys(free.paths).length).toBeLessThanOrEqual(30);
    const texts = [...textsIn(free, "description"), ...textsIn(free, "summary")];
    expect(texts.length).toBeGreaterThan(100);
    for (const text of texts) expect(text.length).toBeLessThanOrEqual(300);
  });

  it("has no reference that leads nowhere, and the options that a task takes", () => {
    const { schemas } = free.components;
    const references = new Set(textsIn(free, "$ref"));
    expect([...references].toSorted()).toEqual(Object.keys(schemas).map((name) => `#/components/schemas/${name}`));
    const { post } = free.paths["/openai/actions/caption-to-phrase-grounding"] ?? {};
    expect(post?.requestBody.content["application/json"].schema).toMatchObject({
      required: ["text"],
      properties: { openaiFileIdRefs: { type: "array" }, text: { type: "string" } },
    });
  });

  it("says that a key is needed only where one is", () => {
    expect(free).not.toHaveProperty("security");
    expect(actionsDocument(rows, { hasAccounts: true })).toMatchObject({ security: [{ key: [] }] });
  });
});
