import { isJsonObject } from "../../src/contract/json-object.ts";
import { flatAnswerSchema } from "../docs/simple-options.ts";
import { titleOf } from "./title.ts";

/** A field of the flat answer, as tools without code offer it to later steps. */
export interface AnswerField {
  /** Its name in the answer. */
  readonly name: string;
  readonly type: "string" | "integer" | "number";
  readonly label: string;
  readonly help: string;
}

function fieldOf(name: string, schema: unknown): AnswerField {
  const { type, description } = isJsonObject(schema) ? schema : {};
  return {
    name,
    type: type === "integer" || type === "number" ? type : "string",
    label: titleOf(name),
    help: typeof description === "string" ? description : "",
  };
}

/** Returns the fields of every flat answer with corners of boxes, in its order. */
export function answerFields(): readonly AnswerField[] {
  const { properties } = flatAnswerSchema();
  return Object.entries(isJsonObject(properties) ? properties : {}).map(([name, schema]) => fieldOf(name, schema));
}
