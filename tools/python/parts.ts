import { tasks } from "../../src/florence/tasks.ts";
import { answerOf, forms } from "./answer-forms.ts";
import { literal } from "./names.ts";
import { type ClientKind, operationMethod } from "./operations.ts";
import { type Asking, type Part, parts, type Variant } from "./part-tables.ts";

/** What tasks may need besides the image. */
const INPUTS =
  "text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None";

/** The tasks, by the types of their answers. */
function tasksByAnswer(): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(Object.entries(tasks), ([, row]) => answerOf(row));
  return new Map([...groups].map(([answer, rows]) => [answer, rows.map(([name]) => name)]));
}

/** The overloads: the forms that every task has, then a task's own answers. */
function variants(): readonly Variant[] {
  return forms
    .filter(({ isWhole }) => isWhole)
    .flatMap(({ selector, options, result }): readonly Variant[] => {
      if (result !== undefined) return [{ task: "TaskName", selector, options, answer: result }];
      return [...tasksByAnswer()].map(([answer, names]) => ({ task: literal(names), selector, options, answer }));
    });
}

function askingMethod({ operation, resultOf, others = [] }: Asking, client: ClientKind): string {
  const { name, parameters } = operation;
  const value = operation.taker === undefined ? client.value : (type: string) => type;
  const overloads = [...variants(), ...others].map(({ task, selector, options, answer }) => {
    const given = parameters.map((each) => (each.startsWith("task: ") ? `task: ${task}` : each));
    const all = ["self", ...given, ...selector, INPUTS, `**options: Unpack[${options}]`];
    return `    @overload\n    def ${name}(${all.join(", ")}) -> ${value(resultOf(answer))}: ...\n`;
  });
  const method = operationMethod(
    { ...operation, options: "Any", result: "Any" },
    { ...client, value: (type) => type },
    "self._client._run",
  );
  return (overloads.join("") + method).replaceAll("{A}", client.prefix);
}

function partClass({ name, base, property, doc, asking, operations }: Part, client: ClientKind): string {
  const { prefix } = client;
  const own = base === undefined ? "" : `(${base.replaceAll("{A}", prefix)})`;
  const init = `    def __init__(self, client: ${prefix}Methods) -> None:\n        """Take the client."""\n        self._client = client\n\n`;
  const held = property === undefined ? `    _client: ${prefix}Methods\n\n` : init;
  const methods = [
    ...asking.map((each) => askingMethod(each, client)),
    ...operations.map((each) => operationMethod(each, client, "self._client._run")),
  ];
  return `class ${prefix}${name}${own}:\n    """${doc}"""\n\n${held}${methods.join("\n")}`;
}

/** The classes of the parts of the clients, as the texts of parts of a Python module. */
export function partClasses(clients: readonly ClientKind[]): readonly string[] {
  return parts.flatMap((part) => clients.map((client) => partClass(part, client)));
}

/** The properties of a client that are its parts. */
export function partProperties({ prefix }: ClientKind): string {
  return parts
    .filter(({ property }) => property !== undefined)
    .map(({ name, property, doc }) => {
      const [summary = ""] = doc.split(". ");
      return `    @property\n    def ${property ?? ""}(self) -> ${prefix}${name}:\n        """${summary}."""\n        return ${prefix}${name}(self)\n`;
    })
    .join("\n");
}
