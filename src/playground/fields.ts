import type { ApiDocument, Schema, Task } from "./api-document.ts";

/** Kind of a field's control. `lines` has one value per line; `choices` allows any number of the choices. */
export type FieldKind = "text" | "lines" | "number" | "switch" | "choice" | "choices";

/** A form field for an option of a task. */
export interface Field {
  /** Name of the option in the API. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly description: string;
  readonly choices: readonly string[];
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly isWhole: boolean;
  readonly maxLength: number | undefined;
  /** Whether every task has this option. */
  readonly isCommon: boolean;
}

function resolveRef(document: ApiDocument, schema: Schema | undefined): Schema {
  const name = schema?.$ref?.replace(/^.*\//u, "");
  return (name === undefined ? schema : document.components.schemas[name]) ?? {};
}

function stringsIn(values: readonly unknown[] | undefined): readonly string[] {
  return (values ?? []).filter((value) => typeof value === "string");
}

const kindsByType: Readonly<Record<string, FieldKind>> = {
  boolean: "switch",
  integer: "number",
  number: "number",
  string: "text",
  array: "lines",
};

/** Returns the kind of a schema; `undefined` for the image and for regions, which have no form field. */
function kindOf(schema: Schema, items: Schema): FieldKind | undefined {
  if (schema.enum !== undefined) return "choice";
  if (items.enum !== undefined) return "choices";
  return kindsByType[schema.type ?? ""];
}

function propertiesOf(document: ApiDocument, { path }: Task): Readonly<Record<string, Schema>> {
  const content = document.paths[path]?.post?.requestBody?.content;
  return resolveRef(document, content?.["application/json"]?.schema).properties ?? {};
}

/** Options that say when an answer comes, and not what it is. */
const WHEN: ReadonlySet<string> = new Set(["async", "webhook"]);

/** Returns the form fields of a task, from the schema of its JSON body in the OpenAPI document. */
export function fieldsOf(document: ApiDocument, task: Task, tasks: readonly Task[]): readonly Field[] {
  const all = tasks.map((each) => propertiesOf(document, each));
  return Object.entries(propertiesOf(document, task)).flatMap(([name, property]): readonly Field[] => {
    const schema = resolveRef(document, property);
    const items = resolveRef(document, schema.items);
    const kind = kindOf(schema, items);
    if (kind === undefined || WHEN.has(name)) return [];
    return [
      {
        name,
        kind,
        description: property.description ?? schema.description ?? "",
        choices: stringsIn(schema.enum ?? items.enum),
        minimum: schema.minimum,
        maximum: schema.maximum,
        isWhole: schema.type === "integer",
        maxLength: schema.maxLength ?? items.maxLength,
        isCommon: all.every((properties) => name in properties),
      },
    ];
  });
}
