import * as fc from "fast-check";
import { tasks } from "../../../src/florence/tasks.ts";
import { mostly } from "../any-options.ts";
import { type Content, jsonContent } from "./any-content.ts";
import { anyImageValue } from "./any-image-value.ts";
import { membersOf } from "./any-json.ts";
import { weighted } from "./labelled.ts";

const names = Object.keys(tasks);
const tokens = Object.values(tasks).map(({ token }) => token);

const model = mostly<unknown>(
  ["florence-2", ...names.map((name) => `florence-2/${name}`)],
  ["gpt-4o", "florence-2/", 7, null, {}],
);
const text = mostly<unknown>(
  [
    "",
    "a truck",
    ...tokens,
    ...tokens.map((token) => `${token}a truck`),
    "<loc_1><loc_2><loc_300><loc_400>",
    "<REGION_TO_OCR><loc_0><loc_0><loc_9><loc_9>",
  ],
  ["What is this?", "<VQA>", "<OD><OD>", "\ud800", "a".repeat(9000), 7, null],
);
const schema = fc.constantFrom<unknown>(
  {},
  { type: "object" },
  { type: "string" },
  { $ref: "#" },
  { pattern: "(a+)+" },
  { properties: { a: 7 } },
  null,
  7,
);

/** Parameters of OpenAI, and options of ours, that are valid in many cases. */
const parameters = fc.record(
  {
    stream: mostly<unknown>([true, false], ["yes", 1]),
    stream_options: mostly<unknown>([{ include_usage: true }, {}], [7]),
    n: mostly<unknown>([1], [2, "1"]),
    tools: mostly<unknown>([[]], [[{ type: "function" }], 7]),
    tool_choice: mostly<unknown>(["none", "auto"], ["required", {}]),
    temperature: fc.constantFrom<unknown>(0, 1, "hot"),
    max_tokens: mostly<unknown>([1, 30, 4096], [0, -1, 1.5, "a"]),
    max_completion_tokens: mostly<unknown>([20], [0]),
    response_format: mostly<unknown>([{ type: "text" }, { type: "json_object" }], [{ type: "json_schema" }, 7]),
    include: mostly<unknown>([["score"], ["svg_path", "coco_rle"]], [["mask"], "score"]),
    format: mostly<unknown>(["json", "flat", "raw"], ["xml"]),
    compat: fc.constant("reference"),
    overlay: fc.constantFrom("svg", "png"),
    labels: mostly<unknown>([["cat"], ["cat", "dog"]], [[], "cat"]),
    normalized_region: mostly<unknown>([{ x1: 0, y1: 0, x2: 1, y2: 1 }], [{ x1: 1 }]),
    previous_response_id: fc.constant("resp_1"),
    beams: mostly<unknown>([1, 2], [0, 9]),
  },
  { requiredKeys: [] },
);

/** A few parameters, or none: with many, nothing is valid. */
const few = fc.oneof(
  fc.constant({}),
  parameters.map((all) => Object.fromEntries(Object.entries(all).slice(0, 2))),
);

function dialectParts(types: readonly [string, string], nested: boolean, origin: string): fc.Arbitrary<unknown> {
  const image = anyImageValue(origin).map(({ value }) => ({
    type: types[1],
    image_url: nested ? { url: value } : value,
  }));
  const words = text.map((value) => ({ type: types[0], text: value }));
  const odd = fc.constantFrom<unknown>({ type: "input_audio" }, {}, 7, { type: types[0] });
  return weighted<unknown>(
    [10, image.map((one) => [one])],
    [10, fc.tuple(words, image)],
    [2, fc.tuple(image, image)],
    [2, fc.tuple(image, odd)],
    [1, text],
  );
}

const messages = (parts: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  weighted<unknown>(
    [10, parts.map((content) => [{ role: "user", content }])],
    [
      3,
      fc.tuple(parts, text).map(([content, last]) => [
        { role: "system", content: "Be brief." },
        { role: "user", content },
        { role: "user", content: last },
      ]),
    ],
    [1, fc.constantFrom<unknown>([], "a", 7, [{ role: "user" }], [{ role: "assistant", content: "a" }], [[]])],
  );

/** Requests for chat completions, from valid to hostile. `origin` is that of `startImageServer`. */
export function chat(origin: string): fc.Arbitrary<Content> {
  return fc
    .tuple(model, messages(dialectParts(["text", "image_url"], true, origin)), few, schema, fc.boolean())
    .chain(([name, sent, more, wanted, hasSchema]) => {
      const format = hasSchema
        ? { response_format: { type: "json_schema", json_schema: { name: "a", schema: wanted } } }
        : {};
      const body = { model: name, messages: sent, ...more, ...format };
      return jsonContent("/openai/v1/chat/completions", membersOf(body), "");
    });
}

/** Requests for responses, from valid to hostile. `origin` is that of `startImageServer`. */
export function responses(origin: string): fc.Arbitrary<Content> {
  return fc
    .tuple(model, messages(dialectParts(["input_text", "input_image"], false, origin)), few)
    .chain(([name, input, more]) =>
      jsonContent("/openai/v1/responses", membersOf({ model: name, input, ...more }), ""),
    );
}

/** Requests of the actions of GPTs, from valid to hostile. `origin` is that of `startImageServer`. */
export function actions(origin: string): fc.Arbitrary<Content> {
  const file = anyImageValue(origin).map(({ value }) => ({ openaiFileIdRefs: [{ name: "a", download_link: value }] }));
  const image = anyImageValue(origin).map(({ value }) => ({ image: value }));
  return fc
    .tuple(fc.constantFrom(...names, "vqa"), fc.oneof(file, image), few)
    .chain(([name, sent, more]) => jsonContent(`/openai/actions/${name}`, membersOf({ ...sent, ...more }), ""));
}
