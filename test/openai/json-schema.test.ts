import { describe, expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { checkSchema, MAX_STEPS, MAX_SUBSCHEMAS } from "../../src/openai/json-schema.ts";

const listOf = (length: number) => Array.from({ length }, () => ({}));
const answer = { type: "boxes", objects: [{ label: "cat", score: 0.5 }] };

/** The code of what is thrown; undefined if nothing is. */
function codeOf(schema: Readonly<Record<string, unknown>>): string | undefined {
  try {
    checkSchema(schema, answer);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Problem ? thrown.code : String(thrown);
  }
}

describe("an answer that does not fit", () => {
  it("is told by the place in the caller's schema, and not by what it says", () => {
    const schema = { properties: { objects: { items: { properties: { score: { maximum: 0.1 } } } } } };
    let told: unknown;
    try {
      checkSchema(schema, answer);
    } catch (thrown) {
      told = thrown instanceof Problem ? thrown.detail : thrown;
    }
    expect(told).toContain("#/properties/objects/items/properties/score/maximum");
    expect(told).not.toContain("0.5");
  });
});

const item = {
  type: "object",
  properties: { label: { type: "string" }, score: { type: "number" } },
  required: ["label", "score"],
  additionalProperties: false,
};
const whole = {
  $schema: "http://json-schema.org/draft-07/schema#",
  type: "object",
  properties: { type: { const: "boxes" }, objects: { type: "array", items: item } },
  required: ["type", "objects"],
  additionalProperties: false,
};

describe("a caller's schema", () => {
  it.each([
    ["that describes the answer, in draft-07", whole],
    ["in 2020-12", { ...whole, $schema: "https://json-schema.org/draft/2020-12/schema" }],
    ["without a dialect", { type: "object" }],
    ["that is empty", {}],
    ["with references", { $ref: "#/$defs/a", $defs: { a: { type: "object" } } }],
    ["with escaped references", { $ref: "#/$defs/a~1b", $defs: { "a/b": { type: "object" } } }],
    [
      "with properties that are called like keywords",
      { properties: { pattern: { type: "string" }, $ref: { type: "string" } } },
    ],
    ["with a reference to a name in another alphabet", { $ref: "#/$defs/größe", $defs: { größe: { type: "object" } } }],
    ["with a format that is checked fast", { properties: { colour: { format: "date-time" } } }],
    ["with data that looks like keywords", { not: { const: { pattern: "x" } } }],
  ])("%s is fulfilled", (_, schema) => {
    expect(codeOf(schema)).toBeUndefined();
  });

  const last = { type: "object" };
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `d${index}`,
      { allOf: [{ $ref: `#/$defs/d${index + 1}` }, { $ref: `#/$defs/d${index + 1}` }] },
    ]),
  );

  /** Definitions of which each refers twice to the next, by what `to` makes of the next one's name. */
  const doublingBy = (to: (name: string) => object) => ({
    cheap: {},
    ...Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`d${index}`, { allOf: [to(`d${index + 1}`), to(`d${index + 1}`)] }]),
    ),
    d40: last,
  });
  const disguised = (to: (name: string) => object) => ({ ...to("d0"), $defs: doublingBy(to) });

  it.each([
    ["that wants another member", { required: ["colour"] }],
    ["that wants another type", { type: "array" }],
    ["that allows fewer members", { type: "object", properties: {}, additionalProperties: false }],
    ["in which null means null", { properties: { type: { const: null } } }],
    ["with a regular expression", { properties: { type: { pattern: "^(b+)+$" } } }],
    ["with regular expressions as names", { patternProperties: { "^(a+)+$": {} } }],
    ["with unique items", { properties: { objects: { uniqueItems: true } } }],
    ["that refers to itself", { $ref: "#" }],
    ["that refers to itself below", { properties: { objects: { $ref: "#" } } }],
    ["that refers elsewhere", { $ref: "https://example.com/schema.json" }],
    ["that refers to nothing", { $ref: "#/$defs/none" }],
    ["with identifiers", { $id: "https://example.com/", type: "object" }],
    ["whose references double forty times", { $ref: "#/$defs/d0", $defs: { ...doubling, d40: last } }],
    ["whose doubling references are escaped", disguised((name) => ({ $ref: `#/$defs/%64${name.slice(1)}` }))],
    ["whose doubling references have tabs", disguised((name) => ({ $ref: `#/$defs/\t${name}` }))],
    [
      "whose doubling references are said to be resolved",
      disguised((name) => ({
        $ref: "#/$defs/cheap",
        __absolute_ref__: `https://github.com/cfworker#/$defs/${name}`,
      })),
    ],
    ["with a format whose check can take hours", { properties: { type: { format: "url" } } }],
    [
      "with long lists in many places",
      { allOf: listOf(50).map(() => ({ enum: [answer, ...listOf(MAX_SUBSCHEMAS / 50)] })) },
    ],
    ["with too many parts", { allOf: Array.from({ length: MAX_SUBSCHEMAS }, () => ({})) }],
    ["that is no schema", { type: "object", properties: { type: 7 } }],
  ])("%s is refused", (_, schema) => {
    expect(codeOf(schema)).toBe("unsupported-schema");
  });
});

describe("a validation", () => {
  const parts = MAX_SUBSCHEMAS - 10;
  const schema = { items: { allOf: Array.from({ length: parts }, () => ({ type: "object" })) } };

  it("is refused if its parts and the answer's values are too many together", () => {
    expect(() => checkSchema(schema, listOf(MAX_STEPS / parts))).toThrow(Problem);
  });

  it("is made up to that", () => {
    expect(() => checkSchema(schema, listOf(MAX_STEPS / parts - 20))).not.toThrow();
  });
});
