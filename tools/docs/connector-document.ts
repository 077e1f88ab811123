import { isJsonObject, type JsonObject } from "../../src/contract/json-object.ts";
import type { TaskRow } from "../../src/contract/service.ts";
import { flatAnswerSchema, requiredOptions, simpleOptions, simpleProblemSchema } from "./simple-options.ts";
import { operationId } from "../../src/contract/task-operations.ts";
import { taskPath } from "../../src/contract/paths.ts";
import { titleOf } from "../no-code/title.ts";
import { ORIGIN } from "../../src/site/documents.ts";

/** Options that are shown at once; all others are behind "Show advanced options". */
const IMPORTANT: ReadonlySet<string> = new Set(["image", "text", "labels", "region", "normalized_region"]);

/** Keywords of JSON Schema that Swagger 2.0 has, too. */
const KEYWORDS: ReadonlySet<string> = new Set(
  `type format title description default enum items properties required minimum maximum minLength maxLength minItems maxItems pattern`.split(
    " ",
  ),
);

/** A schema in the words of Swagger 2.0, which has no alternatives: of several, the first. A constant is a list of one. */
function swaggerSchema(schema: JsonObject): JsonObject {
  const { anyOf, const: constant, ...own } = schema;
  const [first] = Array.isArray(anyOf) ? anyOf : [];
  const whole: JsonObject = isJsonObject(first) ? { ...first, ...own } : own;
  const members = Object.entries(whole).filter(([name]) => KEYWORDS.has(name));
  const told = members.map(
    ([name, value]) => [name, name === "properties" ? propertiesOf(value) : nested(value)] as const,
  );
  return {
    ...Object.fromEntries(told),
    ...(constant === undefined ? {} : { type: typeof constant, enum: [constant] }),
  };
}

function nested(value: unknown): unknown {
  return isJsonObject(value) ? swaggerSchema(value) : value;
}

/** Members of an object, each with the title that Power Automate shows. */
function propertiesOf(properties: unknown): JsonObject {
  if (!isJsonObject(properties)) return {};
  const members = Object.entries(properties).map(([name, schema]) => [
    name,
    isJsonObject(schema) ? { ...swaggerSchema(schema), "x-ms-summary": titleOf(name) } : schema,
  ]);
  return Object.fromEntries(members);
}

/** Fields of a request: shown at once or not. */
function requestProperties(input: TaskRow["input"]): JsonObject {
  const image = { type: "string", description: "The image's https URL, or its file content as base64." };
  const shown = Object.entries(propertiesOf({ image, ...simpleOptions(input) })).map(([name, schema]) => [
    name,
    { ...Object(schema), "x-ms-visibility": IMPORTANT.has(name) ? "important" : "advanced" },
  ]);
  // Always sent and never shown: one level is what Power Automate shows as fields.
  const format = {
    type: "string",
    enum: ["flat"],
    default: "flat",
    "x-ms-summary": "Format",
    "x-ms-visibility": "internal",
  };
  return { ...Object.fromEntries(shown), format };
}

function operation({ name, input, summary }: Pick<TaskRow, "name" | "input" | "summary">) {
  const schema = {
    type: "object",
    properties: requestProperties(input),
    required: ["image", "format", ...requiredOptions[input]],
  };
  return {
    operationId: operationId(name),
    summary,
    description: `${summary}.`,
    "x-ms-visibility": "important",
    consumes: ["application/json"],
    produces: ["application/json"],
    parameters: [{ name: "body", in: "body", required: true, schema }],
    responses: {
      200: { description: "The answer", schema: { $ref: "#/definitions/FlatAnswer" } },
      default: { description: "What went wrong, and what to do", schema: { $ref: "#/definitions/Problem" } },
    },
  };
}

/** The document of a custom connector for Power Automate and Copilot Studio: Swagger 2.0, the only format that they take. The API puts its own address in the place of `ORIGIN`. */
export function connectorDocument(
  tasks: readonly Pick<TaskRow, "name" | "input" | "summary">[],
  { hasAccounts }: { readonly hasAccounts: boolean },
) {
  const key = { type: "apiKey", in: "header", name: "X-API-Key" } as const;
  const paths = tasks.map((task) => [taskPath(task.name), { post: operation(task) }] as const);
  return {
    swagger: "2.0",
    info: { title: "florence-edge", version: "1.0", description: "Florence-2: what is in an image, and where." },
    host: new URL(ORIGIN).host,
    basePath: "/",
    schemes: ["https"],
    consumes: ["application/json"],
    produces: ["application/json"],
    paths: Object.fromEntries(paths),
    definitions: {
      FlatAnswer: swaggerSchema(flatAnswerSchema()),
      Problem: swaggerSchema(simpleProblemSchema()),
    },
    ...(hasAccounts ? { securityDefinitions: { key }, security: [{ key: [] }] } : {}),
  };
}
