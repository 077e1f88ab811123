import type { InputKind } from "../../src/contract/requests.ts";
import { operationId } from "../../src/contract/task-operations.ts";
import { tasks } from "../../src/florence/tasks.ts";
import { snakeCase } from "./names.ts";
import { operationMethods } from "./operations.ts";
import { optionNames } from "./options.ts";

type Task = (typeof tasks)[keyof typeof tasks];

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

const answerClasses = {
  text: "TextAnswer",
  boxes: "BoxesAnswer",
  quads: "QuadsAnswer",
  polygons: "PolygonsAnswer",
} as const satisfies Readonly<Record<Task["answers"][number], string>>;

/** The forms of an answer: the option that selects one, the other options that have an effect then, and the result. */
const forms = [
  { selector: ["stream: Literal[True]"], options: "AnswerOptions", result: "Stream" },
  { selector: ['overlay: Literal["svg", "png"]'], options: "DrawingOptions", result: "Drawing" },
  { selector: ['compat: Literal["reference"]'], options: "ModelOptions", result: "ReferenceAnswer" },
  { selector: ['format: Literal["flat"]'], options: "AnswerOptions", result: "FlatAnswer" },
  { selector: ['format: Literal["raw"]'], options: "ModelOptions", result: "RawAnswer" },
  { selector: [], options: "PlainOptions", result: undefined },
] as const;

type Form = (typeof forms)[number];

/** How each of the two clients returns a stream and a value. */
const clients = {
  Methods: { stream: "Stream", value: (type: string) => type },
  AsyncMethods: { stream: "AsyncStream", value: (type: string) => `Coroutine[Any, Any, ${type}]` },
} as const;

type Client = (typeof clients)[keyof typeof clients];

function signature({ positional, named }: Parameters, options: string): string {
  const star = named.length > 0 ? ["*"] : [];
  return ["self", "image: Image", ...positional, ...star, ...named, `**options: ${options}`].join(", ");
}

function overload(name: string, { input, answers }: Task, { selector, options, result }: Form, client: Client): string {
  const answer = answers.map((type) => answerClasses[type]).join(" | ");
  const { positional, named } = inputs[input];
  const parameters = signature({ positional, named: [...named, ...selector] }, `Unpack[${options}]`);
  const returned = result === "Stream" ? `${client.stream}[${answer}]` : client.value(result ?? answer);
  return `    @overload\n    def ${name}(${parameters}) -> ${returned}: ...\n`;
}

function method(task: string, row: Task, client: Client): string {
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

function methodsClass(name: keyof typeof clients): string {
  const client = clients[name];
  const texts = Object.entries(tasks).map(([task, row]) => method(task, row, client));
  return `class ${name}(ABC):
    """A method for each task and each other call. The options of a task are those of \`PlainOptions\`; \`stream\`, \`overlay\`, \`compat\` and \`format\` select another form."""

    _connection: Connection

    @abstractmethod
    def _run(self, steps: Steps[Result]) -> ${client.value("Result")}:
        """Make a call."""

    @abstractmethod
    def _ask(self, task: TaskName, image: Image, options: Mapping[str, Any], **inputs: Any) -> Any:
        """Send a request about one image."""

${texts.join("\n")}
${operationMethods(client.value)}`;
}

/** The methods of the two clients, as the text of a part of a Python module. */
export function methods(): string {
  return `${methodsClass("Methods")}\n\n${methodsClass("AsyncMethods")}`;
}
