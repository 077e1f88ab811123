import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { cacheMiss } from "../support/fake-service.ts";
import { answerTo, mcpApp } from "../support/mcp-app.ts";
import { mcpClients, type McpMessage } from "../support/mcp-messages.ts";

const URL = "https://example.com/cat.png";
const region = [1, 2, 30, 40];
const box = { x1: 1, y1: 2, x2: 30, y2: 40 };
const limits = { max_objects: 50 };

/** A call for each thing that can be asked of one task: tool, arguments, task, and the options that `/v1` is asked with. */
const questions = [
  ["describe_image", {}, "caption", {}],
  ["describe_image", { detail: "sentences" }, "detailed-caption", {}],
  ["describe_image", { detail: "paragraph" }, "more-detailed-caption", {}],
  ["read_text", {}, "ocr", {}],
  ["read_text", { with_places: true }, "ocr-with-region", limits],
  ["read_text", { region }, "region-to-ocr", { region: box }],
  ["find_objects", {}, "object-detection", limits],
  ["find_objects", { how: "objects", min_score: 0.2 }, "object-detection", { ...limits, min_score: 0.2 }],
  ["find_objects", { how: "described", max_objects: 3 }, "dense-region-caption", { max_objects: 3 }],
  ["find_objects", { how: "unnamed" }, "region-proposal", limits],
  [
    "find_objects",
    { names: ["cat", "dog, wet"] },
    "open-vocabulary-detection",
    { labels: ["cat", "dog, wet"], ...limits },
  ],
  ["find_objects", { phrases_of: "a cat" }, "caption-to-phrase-grounding", { text: "a cat", ...limits }],
  [
    "outline_object",
    { text: "a cat" },
    "referring-expression-segmentation",
    { text: "a cat", ...limits, include: ["svg_path"] },
  ],
  ["outline_object", { region }, "region-to-segmentation", { region: box, ...limits, include: ["svg_path"] }],
  ["describe_region", { region }, "region-to-category", { region: box }],
  ["describe_region", { region, detail: "description" }, "region-to-description", { region: box }],
] as const;

const objects = { width: 640, height: 480, objects: [{ label: "cat", score: 0.5, box: [0, 10, 21, 30] }] };
const outlined = { ...objects, objects: objects.objects.map((object) => ({ ...object, svg_path: "M1,1Z" })) };
const lines = {
  width: 640,
  height: 480,
  text: "STOP",
  lines: [
    {
      text: "STOP",
      quad: [
        [1, 1],
        [9, 1],
        [9, 6],
        [1, 5],
      ],
    },
  ],
};
const shown = { text: { text: "a cat" }, boxes: objects, quads: lines, polygons: outlined };

/** The messages of both eras, but for what only one of them has. */
function same({ result, error }: McpMessage) {
  const { resultType: _type, _meta, ttlMs: _ttl, cacheScope: _scope, ...rest } = result ?? {};
  return { rest, error };
}

describe("the tools", () => {
  it("are seven, in both eras, and their list has less than 10 kB", async () => {
    const { app } = mcpApp();
    const { legacy, modern } = mcpClients(app);
    const [old, current] = [await legacy("tools/list"), await modern("tools/list")];
    const tools = old.last.result?.tools ?? [];
    expect(tools.map(({ name }) => name)).toEqual([
      "describe_image",
      "read_text",
      "find_objects",
      "outline_object",
      "describe_region",
      "look_at_image",
      "prepare_image_upload",
    ]);
    expect(same(current.last)).toEqual(same(old.last));
    expect(current.last.result).toMatchObject({ ttlMs: 3_600_000, cacheScope: "public", resultType: "complete" });
    expect(new TextEncoder().encode(JSON.stringify(tools)).length).toBeLessThan(10_000);
  });

  it("have schemas that compile, a title, and say that they change nothing", async () => {
    const { last } = await mcpClients(mcpApp().app).legacy("tools/list");
    for (const tool of last.result?.tools ?? []) {
      expect(tool).toMatchObject({
        title: expect.any(String),
        description: expect.any(String),
        inputSchema: { type: "object", additionalProperties: false },
        outputSchema: { type: "object" },
        annotations: { readOnlyHint: true, openWorldHint: true },
      });
      const ajv = new Ajv2020();
      expect(() => ajv.compile(Object(tool["inputSchema"]))).not.toThrow();
      expect(() => ajv.compile(Object(tool["outputSchema"]))).not.toThrow();
      const hasImage = tool["name"] !== "prepare_image_upload";
      expect(tool["_meta"]).toEqual(hasImage ? { "openai/fileParams": ["image"] } : undefined);
    }
  });

  it("ask all fifteen tasks", () => {
    expect(new Set(questions.map(([, , task]) => task))).toEqual(new Set(Object.keys(tasks)));
  });

  it.each(questions)("%s %j asks %s", async (name, given, task, options) => {
    const { app, asked } = mcpApp();
    const { legacy, modern } = mcpClients(app);
    const call = { name, arguments: { image: URL, ...given } };
    const [old, current] = [await legacy("tools/call", call), await modern("tools/call", call)];
    const request = { task, options, image: { kind: "url", url: URL } };
    expect(asked).toEqual([request, request]);
    const { structuredContent, content = [] } = current.last.result ?? {};
    expect(structuredContent).toEqual(shown[answerTo(task).type]);
    expect(JSON.parse(String(content[0]?.["text"]))).toEqual(structuredContent);
    expect(same(current.last)).toEqual(same(old.last));
    const { last } = await legacy("tools/list");
    const schema = Object(last.result?.tools?.find((tool) => tool["name"] === name)?.["outputSchema"]);
    expect(new Ajv2020().validate(schema, structuredContent)).toBe(true);
  });

  it("look at an image with several tasks at once, each with its result", async () => {
    const { legacy } = mcpClients(mcpApp().app);
    const items = [
      { task: "caption" },
      { task: "ocr-with-region" },
      { task: "open-vocabulary-detection", labels: ["cat"] },
      { task: "region-to-segmentation", region },
      { task: "region-to-segmentation" },
    ];
    const { last } = await legacy("tools/call", { name: "look_at_image", arguments: { image: URL, tasks: items } });
    expect(last.result?.isError).toBeUndefined();
    expect(last.result?.structuredContent).toEqual({
      results: [
        { task: "caption", text: "a cat" },
        { task: "ocr-with-region", ...lines },
        { task: "open-vocabulary-detection", ...objects },
        { task: "region-to-segmentation", ...outlined },
        { task: "region-to-segmentation", error: expect.stringContaining("region-required: ") },
      ],
    });
  });

  it.each([
    [
      "an answer that was cut",
      "describe_image",
      {},
      { ...answerTo("caption"), finish_reason: "length" as const },
      true,
    ],
    ["as many objects as were asked for", "find_objects", { max_objects: 1 }, answerTo("object-detection"), true],
    ["fewer objects", "find_objects", { max_objects: 2 }, answerTo("object-detection"), false],
  ])("note %s", async (_, name, given, answer, isNoted) => {
    const { app } = mcpApp({ answer: async () => ({ answer, cache: cacheMiss, timings: {} }) });
    const { last } = await mcpClients(app).legacy("tools/call", { name, arguments: { image: URL, ...given } });
    expect(Object.hasOwn(last.result?.structuredContent ?? {}, "note")).toBe(isNoted);
  });

  it("say what to do about a problem, and when to try again", async () => {
    const { app } = mcpApp({ answer: async () => Promise.reject(new Problem("overloaded", "16 are ahead.")) });
    const { last } = await mcpClients(app).modern("tools/call", { name: "describe_image", arguments: { image: URL } });
    const text =
      "overloaded: Too many requests are waiting for the model. 16 are ahead. Try again after the seconds in Retry-After. The same call may be repeated after 2 seconds.";
    expect(last.result).toMatchObject({ isError: true, content: [{ type: "text", text }] });
  });

  it("do not tell what a fault was, which is logged once", async () => {
    const { app, logged } = mcpApp({ answer: async () => Promise.reject(new Error("secret")) });
    const { last } = await mcpClients(app).modern("tools/call", { name: "describe_image", arguments: { image: URL } });
    expect(JSON.stringify(last)).not.toContain("secret");
    expect(last.result).toMatchObject({ isError: true, content: [{ text: expect.stringMatching("^internal: ") }] });
    expect(logged.map(({ code }) => code)).toEqual(["internal"]);
  });

  it("are named exactly", async () => {
    const { last } = await mcpClients(mcpApp().app).modern("tools/call", { name: "Describe_Image", arguments: {} });
    expect(last.error?.code).toBe(-32_602);
  });
});
