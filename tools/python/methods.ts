import type { InputKind } from "../../src/contract/requests.ts";
import { operationId } from "../../src/contract/task-operations.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { answerOf, type Form, forms, type Task } from "./answer-forms.ts";
import { snakeCase } from "./names.ts";
import { type ClientKind, operationMethods } from "./operations.ts";
import { optionNames } from "./options.ts";
import { partClasses, partProperties } from "./parts.ts";

/** Parameters of a method: positional ones, and those that are given by name. */
interface Parameters {
  readonly positional: readonly string[];
  readonly named: readonly string[];
}

const REGION = "RegionLike | None = None";

/** The parameters besides the image, by the kind of the task's input. */
const inputs = {
  none: { positional: [], named: [] },
  text: { positional: ["text: str"], named: [] },
  labels: { positional: ["labels: Sequence[str] | None = None"], named: ["text: str | None = None"] },
  region: { positional: [`region: ${REGION}`], named: [`normalized_region: ${REGION}`] },
} as const satisfies Readonly<Record<InputKind, Parameters>>;

/** The two clients. */
const clients: readonly ClientKind[] = [
  { prefix: "", value: (type) => type },
  { prefix: "Async", value: (type) => `Coroutine[Any, Any, ${type}]` },
];

function signature({ positional, named }: Parameters, options: string): string {
  const star = named.length > 0 ? ["*"] : [];
  return ["self", "image: Image", ...positional, ...star, ...named, `**options: ${options}`].join(", ");
}

function overload(name: string, task: Task, { selector, options, result }: Form, client: ClientKind): string {
  const answer = answerOf(task);
  const { positional, named } = inputs[task.input];
  const parameters = signature({ positional, named: [...named, ...selector] }, `Unpack[${options}]`);
  const returned = result === "Stream" ? `${client.prefix}Stream[${answer}]` : client.value(result ?? answer);
  return `    @overload\n    def ${name}(${parameters}) -> ${returned}: ...\n`;
}

function method(task: string, row: Task, client: ClientKind): string {
  const name = snakeCase(operationId(task));
  const { positional, named } = inputs[row.input];
  const passed = [...positional, ...named]
    .map((parameter) => parameter.replace(/:.*/u, ""))
    .map((each) => `, ${each}=${each}`);
  return `${forms.map((form) => overload(name, row, form, client)).join("")}    def ${name}(${signature(inputs[row.input], "Any")}) -> Any:
        """${row.summary}.

        Options: ${optionNames.join(", ")}; and those of \`CallOptions\`.
        """
        return self._ask("${task}", image, options${passed.join("")})\n`;
}

function methodsClass(client: ClientKind): string {
  const texts = Object.entries(tasks).map(([task, row]) => method(task, row, client));
  return `class ${client.prefix}Methods(ABC):
    """A method for each task and each other call. The options of a task are those of \`PlainOptions\`; \`stream\`, \`overlay\`, \`compat\` and \`format\` select another form."""

    _connection: Connection

    @abstractmethod
    def _run(self, steps: Steps[Result]) -> ${client.value("Result")}:
        """Make a call."""

    @abstractmethod
    def _ask(self, task: TaskName, image: Image, options: Mapping[str, Any], **inputs: Any) -> Any:
        """Send a request about one image."""

${texts.join("\n")}
${operationMethods(client)}
${partProperties(client)}`;
}

/** The methods of the two clients and of their parts, as the text of a part of a Python module. */
export function methods(): string {
  // What is equal in both clients is side by side, which is what the compression of the wheel is good at.
  return [...clients.map(methodsClass), ...partClasses(clients)].join("\n\n");
}
