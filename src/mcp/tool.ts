import * as z from "zod";
import type { JsonObject } from "../contract/json-object.ts";
import type { ProtocolCall } from "../contract/protocol.ts";
import type { Lean } from "./lean.ts";

/** One task on the image, with its options under their names in `/v1`. */
export interface TaskQuestion {
  readonly task: string;
  readonly options: JsonObject;
}

/** What a tool asks, and how it shows the answer. */
export interface Asked {
  /** POST by default. */
  readonly method?: "GET";
  readonly path: string;
  /** How long the reply may be held back until the answer is there, in seconds; 0 by default. */
  readonly waitSeconds?: number;
  /** Left out for an operation that takes none. */
  readonly body?: JsonObject;
  /** Whether the answer can be asked for as a stream: then progress is told. */
  readonly canStream: boolean;
  /** The one task whose answer can be drawn; left out for answers without places. */
  readonly drawn?: TaskQuestion | undefined;
  /** Converts the reply of `/v1`. */
  readonly show: (reply: unknown) => Lean;
}

/** A tool as `tools/list` shows it, with what its calls need. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly outputSchema: JsonObject;
  /** Whether it has the argument `image`. */
  readonly takesImage: boolean;
  /** Whether it changes nothing, so that a host may call it without asking its user. */
  readonly isReadOnly: boolean;
  /** Converts the arguments of a call. Throws `Problem`. */
  readonly ask: (given: JsonObject, call: Pick<ProtocolCall, "validated">) => Asked;
}

/** What a tool is made of. */
export interface ToolParts<Input extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly output: z.ZodObject;
  /** True by default. */
  readonly isReadOnly?: boolean;
  readonly ask: (given: z.infer<Input>, call: Pick<ProtocolCall, "validated">) => Asked;
}

/**
 * Leaves out the bounds of JavaScript's integers, and that an answer has no other members: it may have more one day, and clients keep the list of tools for hours.
 */
function trim(schema: z.core.JSONSchema.BaseSchema, io: "input" | "output"): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (io === "output") delete schema.additionalProperties;
}

/** A schema as JSON Schema, as short as it can be: every conversation has it in its context. */
function schemaOf(schema: z.ZodObject, io: "input" | "output"): JsonObject {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => trim(jsonSchema, io),
  });
  return rest;
}

/** Makes a tool of its parts. */
export function createTool<Input extends z.ZodObject>(parts: ToolParts<Input>): Tool {
  const { name, title, description, input, output, isReadOnly = true, ask } = parts;
  return {
    name,
    title,
    description,
    inputSchema: schemaOf(input, "input"),
    outputSchema: schemaOf(output, "output"),
    takesImage: Object.hasOwn(input.shape, "image"),
    isReadOnly,
    ask: (given, call) => ask(call.validated(input, given), call),
  };
}
