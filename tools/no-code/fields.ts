import type * as z from "zod";
import { isJsonObject, type JsonObject } from "../../src/contract/json-object.ts";
import { jsonExamples } from "../../src/contract/request-examples.ts";
import { type InputKind, optionsByInput } from "../../src/contract/requests.ts";
import { plainSchema } from "../docs/plain-schema.ts";
import { requiredOptions } from "../docs/simple-options.ts";
import { type OfferedOption, offeredOptions, type OptionPlace } from "./offered.ts";
import { titleOf } from "./title.ts";

/**
 * How a value is entered. `texts`: several texts, sent as a JSON list or as repeated fields. `box`: `x1,y1,x2,y2`. `choice` and `choices`: one and several of `choices`,
 * sent separated by commas. All are texts in a query or a form, and the API reads them.
 */
export type FieldType = "text" | "texts" | "box" | "integer" | "number" | "choice" | "choices";

/** A field that a tool without code shows for a task, besides the image. */
export interface NoCodeField {
  /** The option's name in the API. */
  readonly name: string;
  readonly type: FieldType;
  readonly place: OptionPlace;
  readonly isRequired: boolean;
  /** The other field that may be filled in instead, if one of the two is needed: then neither is `isRequired`. */
  readonly alternative: string | undefined;
  readonly label: string;
  /** One or two sentences, with Markdown's code quotes. */
  readonly help: string;
  /** What could be entered, as it is sent in a query. */
  readonly example: string | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly choices: readonly string[] | undefined;
  /** What the API does without the field, if that is one of the values. */
  readonly default: string | undefined;
}

type OptionName = OfferedOption["name"];

/** Options that have no effect on an answer without objects. */
const OF_OBJECTS: ReadonlySet<OptionName> = new Set<OptionName>(["min_score", "max_objects", "box_format"]);

/** What the contract does not say of an option, because it speaks of its JSON. */
const inputHelp: Readonly<Partial<Record<OptionName, string>>> = {
  text: "What to look for, in your words.",
  labels: "The names of what to find. Each is looked for by itself.",
  region:
    "The region in pixels: left, top, right and bottom edge, as in `170,0,360,170`. Either this or Normalized Region is needed.",
  normalized_region:
    "The region in parts of the image's width and height, as in `0.25,0,0.5,0.4`. Either this or Region is needed.",
  include: "Adds each object's outline (in `json`), or the score of a text.",
};

const alternatives: Readonly<Partial<Record<OptionName, OptionName>>> = {
  region: "normalized_region",
  normalized_region: "region",
};

const defaults: Readonly<Partial<Record<OptionName, string>>> = { box_format: "xyxy" };

const texts = (values: unknown): readonly string[] | undefined =>
  Array.isArray(values) ? values.map(String) : undefined;

/** Returns the values of a choice, undefined if any value is possible. */
function choicesOf({ enum: values, items }: JsonObject): readonly string[] | undefined {
  return texts(values) ?? (isJsonObject(items) ? texts(items["enum"]) : undefined);
}

/** Throws for a schema of a kind that no option has had. */
function typeOf(name: string, schema: JsonObject): FieldType {
  const { type, anyOf } = schema;
  const isChoice = choicesOf(schema) !== undefined;
  if (type === "array") return isChoice ? "choices" : "texts";
  if (anyOf !== undefined || type === "object") return "box";
  if (type === "string") return isChoice ? "choice" : "text";
  if (type === "integer" || type === "number") return type;
  throw new Error(`No field is known for the option ${name}.`);
}

/** A value of an example as it is written in a query; a list's first element alone, since each tool has its own way to enter several. */
function written(value: unknown): string | undefined {
  if (isJsonObject(value)) return Object.values(value).join(",");
  return Array.isArray(value) ? written(value[0]) : texts([value])?.[0];
}

function exampleOf(input: InputKind, name: string): string | undefined {
  const values: JsonObject = jsonExamples(input).address.value;
  return name in values ? written(values[name]) : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** A field of an option, as its schema, and the tables above, describe it. */
function fieldOf(input: InputKind, { name, place }: OfferedOption, schema: JsonObject): NoCodeField {
  const { description, minimum, maximum } = schema;
  const isRequired = name === "labels" || requiredOptions[input].some((required) => required === name);
  return {
    name,
    type: typeOf(name, schema),
    place,
    isRequired,
    alternative: alternatives[name],
    label: titleOf(name),
    help: inputHelp[name] ?? (typeof description === "string" ? description : ""),
    example: exampleOf(input, name),
    minimum: numberOf(minimum),
    maximum: numberOf(maximum),
    choices: choicesOf(schema),
    default: defaults[name],
  };
}

/** Returns the fields of a task with this input, first what it needs. `hasObjects`: whether its answers may have objects. */
export function noCodeFields(input: InputKind, hasObjects: boolean): readonly NoCodeField[] {
  const shape = new Map(Object.entries<z.ZodType>(optionsByInput[input].shape));
  const offered = offeredOptions.filter(({ name }) => hasObjects || !OF_OBJECTS.has(name));
  return offered.flatMap((row) => {
    const schema = shape.get(row.name);
    // One label is the same as a text.
    if (schema === undefined || (row.name === "text" && shape.has("labels"))) return [];
    return [fieldOf(input, row, plainSchema(schema))];
  });
}
