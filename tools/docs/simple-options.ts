import type * as z from "zod";
import { FlatAnswer } from "../../src/contract/forms.ts";
import { isJsonObject, type JsonObject } from "../../src/contract/json-object.ts";
import { offeredOptions } from "../no-code/offered.ts";
import { plainSchema } from "./plain-schema.ts";
import { ProblemDetails } from "../../src/contract/problem-details.ts";
import { type InputKind, optionsByInput } from "../../src/contract/requests.ts";

/** The options that say what is asked, and how much of it is answered. The form of the answer is always flat. */
const simpleNames = offeredOptions.filter(({ place }) => place !== "form").map(({ name }) => name);

/** Returns the options of a task for tools without code, as JSON Schema, by their names. */
export function simpleOptions(input: InputKind): Readonly<Record<string, JsonObject>> {
  const shape = new Map(Object.entries<z.ZodType>(optionsByInput[input].shape));
  const schemas = simpleNames.flatMap((name) => {
    const schema = shape.get(name);
    return schema === undefined ? [] : [[name, plainSchema(schema)] as const];
  });
  return Object.fromEntries(schemas);
}

/** The options that a task needs, if only one will do. */
export const requiredOptions = { none: [], text: ["text"], labels: [], region: [] } as const satisfies Readonly<
  Record<InputKind, readonly string[]>
>;

/** The flat answer as JSON Schema, with corners of boxes. */
export function flatAnswerSchema(): JsonObject {
  return plainSchema(FlatAnswer.options[0]);
}

/** A problem as JSON Schema, with the members that a tool without code shows. */
export function simpleProblemSchema(): JsonObject {
  const { properties } = plainSchema(ProblemDetails);
  const all = isJsonObject(properties) ? properties : {};
  const shown = ["title", "status", "detail", "fix", "retryable"].map((name) => [name, all[name]] as const);
  return { type: "object", properties: { code: { type: "string" }, ...Object.fromEntries(shown) } };
}
