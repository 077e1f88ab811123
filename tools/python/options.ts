import { tasks } from "../../src/florence/tasks.ts";
import { contractSchemas, type Schema } from "../docs/schema.ts";
import { docstring, literal } from "./names.ts";

/** The typed dictionaries of options: the options of the contract that have an effect in a form, without those of the dictionary that it extends. */
const dictionaries = [
  {
    name: "ModelOptions",
    base: "CallOptions",
    keys: ["max_new_tokens", "beams"],
    doc: "Options that every form of an answer has.",
  },
  {
    name: "ObjectOptions",
    base: "ModelOptions",
    keys: ["min_score", "max_objects"],
    doc: "Options about the objects of an answer.",
  },
  { name: "DrawingOptions", base: "ObjectOptions", keys: ["overlay_image"], doc: "Options of a drawing." },
  { name: "AnswerOptions", base: "ObjectOptions", keys: ["include"], doc: "Options of an answer." },
] as const;

/** The names of the options of a task, for the help of its method. */
export const optionNames: readonly string[] = [
  ...dictionaries.flatMap(({ keys }): readonly string[] => keys),
  "stream",
  "overlay",
  "compat",
  "format",
];

/** The options that select a form; they are parameters of the methods. \`box_format\` is left out: boxes compute the other forms themselves. What is answered later has methods of its own. */
const elsewhere: ReadonlySet<string> = new Set([
  "image",
  "stream",
  "overlay",
  "compat",
  "format",
  "box_format",
  "async",
  "webhook",
]);

const scalars: ReadonlyMap<string, string> = new Map([
  ["integer", "int"],
  ["number", "float"],
  ["boolean", "bool"],
]);

function typeOf({ type, items }: Schema): string {
  if (type === "array") return `Sequence[${literal(items?.enum ?? [])}]`;
  const name = typeof type === "string" ? scalars.get(type) : undefined;
  if (name === undefined) throw new Error(`No type is known for an option of the type ${String(type)}.`);
  return name;
}

/** The options of a task that needs the image only. Throws if the contract has one that no dictionary has. */
function optionSchemas(): ReadonlyMap<string, Schema> {
  const properties = contractSchemas()["ImageRequest"]?.properties ?? {};
  const placed = new Set<string>([...elsewhere, ...dictionaries.flatMap(({ keys }) => keys)]);
  const lost = Object.keys(properties).filter((name) => !placed.has(name));
  if (lost.length > 0) throw new Error(`No dictionary of options has ${lost.join(", ")}.`);
  return new Map(Object.entries(properties));
}

function dictionary({ name, base, keys, doc }: (typeof dictionaries)[number], schemas: ReadonlyMap<string, Schema>) {
  const fields = keys.map((key) => {
    const schema = schemas.get(key) ?? {};
    return `    ${key}: ${typeOf(schema)} | None\n${docstring(schema.description ?? "", "    ")}`;
  });
  return `class ${name}(${base}, total=False):\n${docstring(doc, "    ")}\n${fields.join("")}`;
}

/** The dictionaries of options and the table of tasks, as the text of a part of a Python module. */
export function options(): string {
  const schemas = optionSchemas();
  const names = Object.keys(tasks);
  const rows = Object.entries(tasks).map(([name, { input, summary }]) => {
    return `    "${name}": Task(input=${JSON.stringify(input)}, summary=${JSON.stringify(`${summary}.`)}),\n`;
  });
  return `TaskName = ${literal(names)}\n\n\n${dictionaries.map((each) => dictionary(each, schemas)).join("\n\n")}

class PlainOptions(AnswerOptions, total=False):
    """Options of an answer in its own form, which \`format\` and \`stream\` may also name."""

    format: Literal["json"]
    stream: Literal[False]


@dataclass(frozen=True)
class Task:
    """A task: what it needs besides the image, and what it does."""

    input: Literal["none", "text", "labels", "region"]
    summary: str


TASKS: Mapping[TaskName, Task] = {
${rows.join("")}}
"""The tasks by their names in the API."""
`;
}
