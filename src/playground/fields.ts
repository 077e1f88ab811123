import type { ApiDocument, Schema, Task } from "./api-document.ts";

/** How a field is filled in. `lines` are one value a line; `choices` are any number of the choices. */
export type FieldKind = "text" | "lines" | "number" | "switch" | "choice" | "choices";

/** An option of a task. */
export interface Field {
  /** As the API calls it. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly description: string;
  readonly choices: readonly string[];
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly isWhole: boolean;
  readonly maxLength: number | undefined;
  /** Whether every task has it. */
  readonly isCommon: boolean;
}

function resolved(document: ApiDocument, schema: Schema | undefined): Schema {
  const name = schema?.$ref?.replace(/^.*\//u, "");
  return (name === undefined ? schema : document.components.schemas[name]) ?? {};
}

function textsOf(values: readonly unknown[] | undefined): readonly string[] {
  return (values ?? []).filter((value) => typeof value === "string");
}

const kindsByType: Readonly<Record<string, FieldKind>> = {
  boolean: "switch",
  integer: "number",
  number: "number",
  string: "text",
  array: "lines",
};

/** `undefined` for what no field here can hold: the image, and regions, which are drawn. */
function kindOf(schema: Schema, items: Schema): FieldKind | undefined {
  if (schema.enum !== undefined) return "choice";
  if (items.enum !== undefined) return "choices";
  return kindsByType[schema.type ?? ""];
}

function propertiesOf(document: ApiDocument, { path }: Task): Readonly<Record<string, Schema>> {
  const content = document.paths[path]?.post?.requestBody?.content;
  return resolved(document, content?.["application/json"]?.schema).properties ?? {};
}

/** The options of a task that are filled in, as the document describes its JSON body. */
export function fieldsOf(document: ApiDocument, task: Task, tasks: readonly Task[]): readonly Field[] {
  const all = tasks.map((each) => propertiesOf(document, each));
  return Object.entries(propertiesOf(document, task)).flatMap(([name, property]): readonly Field[] => {
    const schema = resolved(document, property);
    const items = resolved(document, schema.items);
    const kind = kindOf(schema, items);
    if (kind === undefined) return [];
    return [
      {
        name,
        kind,
        description: property.description ?? schema.description ?? "",
        choices: textsOf(schema.enum ?? items.enum),
        minimum: schema.minimum,
        maximum: schema.maximum,
        isWhole: schema.type === "integer",
        maxLength: schema.maxLength ?? items.maxLength,
        isCommon: all.every((properties) => name in properties),
      },
    ];
  });
}
