import { tasks } from "../../src/florence/tasks.ts";
import { answerOf, forms } from "./answer-forms.ts";
import { literal } from "./names.ts";
import { type ClientKind, type Operation, operationMethod } from "./operations.ts";

/** A part of a client (`client.jobs`), or what a call of one returns to go on with. */
interface Part {
  readonly name: string;
  /** The property of the client that is the part; left out for a handle. */
  readonly property?: string;
  /** The class that it extends; `{A}` is the prefix of the asynchronous client's classes. */
  readonly base?: string;
  readonly doc: string;
  /** The call that needs a task, with an overload for each type of its result. */
  readonly asking: readonly Asking[];
  readonly operations: readonly Operation[];
}

/** An overload of a call that takes a task's name. */
interface Variant {
  /** The type of the task's name. */
  readonly task: string;
  /** The parameters that select the form. */
  readonly selector: readonly string[];
  readonly options: string;
  readonly answer: string;
}

/** A call that takes a task's name: the result depends on it, and on the form. */
interface Asking {
  readonly operation: Operation;
  /** The result for the type of an answer. */
  readonly resultOf: (answer: string) => string;
  /** What it takes beside tasks, with the types of their answers. */
  readonly others?: readonly Variant[];
}

const CALL = "Unpack[CallOptions]";

const INPUTS =
  "text: str | None = None, labels: Sequence[str] | None = None, region: RegionLike | None = None, normalized_region: RegionLike | None = None";

const WEBHOOK = "webhook: str | None = None";

/** A call of jobs whose reply is one. */
function job(name: string, parameters: readonly string[], answer: string, request: string, doc: string): Operation {
  const steps = `create_job({A}JobHandle, self._client, ${request}, options)`;
  return {
    name,
    parameters: [...parameters, "*", WEBHOOK],
    options: CALL,
    result: `{A}JobHandle[${answer}]`,
    steps,
    doc,
  };
}

function jobAt(name: string, method: "GET" | "DELETE", doc: string): Operation {
  const steps = `job_steps({A}JobHandle, self._client, ApiRequest("${method}", job_path(job)), options)`;
  return { name, parameters: ["job: str"], options: CALL, result: "{A}JobHandle[Any]", steps, doc };
}

const jobs: Part = {
  name: "Jobs",
  property: "jobs",
  doc: "Requests that are answered later. `webhook` is an https URL that is told the end. A call that is repeated with the same `idempotency_key` is the same job; its retries have one.",
  asking: [
    {
      operation: {
        ...job("create", ["task: TaskName", "image: Image"], "Any", "later_request(task, image, webhook, options)", ""),
        doc: "Have a task answered later, with the options of its method.",
      },
      resultOf: (answer) => `{A}JobHandle[${answer}]`,
    },
  ],
  operations: [
    job(
      "analyze",
      ["image: Image", "tasks: Iterable[AnalyzeItem]"],
      "AnalyzeAnswer",
      "analyze_request(image, tasks, **later(webhook))",
      "Have several tasks on one image answered later.",
    ),
    job(
      "batch",
      ["items: Iterable[BatchItem]"],
      "BatchAnswer",
      "batch_request(items, **later(webhook))",
      "Have several tasks, up to 32, each on its own image, answered later.",
    ),
    jobAt("get", "GET", "Get a job by its id, to wait for it, for a day after its end."),
    jobAt("cancel", "DELETE", "End a job that has not ended."),
    {
      name: "list",
      parameters: ["*", "status: JobStatus | None = None", "limit: int | None = None", "cursor: str | None = None"],
      options: CALL,
      result: "JobList",
      steps: "list_jobs(self._client._connection, status, limit, cursor, options)",
      doc: "List the account's jobs, newest first, without their results. `next` is the `cursor` of the next page.",
    },
  ],
};

const timeout = "timeout: float | None = None";

const jobHandle: Part = {
  name: "JobHandle",
  base: "JobState[Answer_co]",
  doc: "A job, and what can be done with it.",
  asking: [],
  operations: [
    {
      name: "wait",
      parameters: [timeout, "*", "on_change: Callable[[Job], object] | None = None"],
      result: "Answer_co",
      steps: "wait_job(self, timeout, on_change)",
      doc: "Wait until it ends, and return the answer. Lost connections and restarts of the server are waited out. Raises `FlorenceError`: the job's problem, `job-cancelled`, or `timeout` after that many seconds; the job then goes on.",
    },
    { name: "refresh", parameters: [], result: "Job", steps: 'see_job(self, "GET")', doc: "Ask how it is now." },
    {
      name: "cancel",
      parameters: [],
      result: "Job",
      steps: 'see_job(self, "DELETE")',
      doc: "End it, if it has not ended.",
    },
  ],
};

const BATCH_INPUT = ["task: BatchTask", "lines: BatchInput", "*"];

/** The endpoints of batches that are no tasks. What OpenAI's endpoints answer has no class here. */
const otherEndpoints: readonly Variant[] = [
  { task: literal(["analyze"]), selector: [], options: "CallOptions", answer: "AnalyzeAnswer" },
  { task: literal(["chat/completions", "responses"]), selector: [], options: "CallOptions", answer: "Any" },
];

const ON_BATCH_CHANGE = "on_change: Callable[[Batch], object] | None = None";

function batchAt(name: string, verb: string, doc: string): Operation {
  const steps = `batch_steps({A}BatchHandle, self._client, batch_at(batch${verb}), options)`;
  return { name, parameters: ["batch: str"], options: CALL, result: "{A}BatchHandle[Any]", steps, doc };
}

const batches: Part = {
  name: "Batches",
  property: "batches",
  doc: "Thousands of images, answered within a day at half the price. The options of the task hold for each line that has none of its own.",
  asking: [
    {
      operation: {
        name: "run",
        parameters: [...BATCH_INPUT, ON_BATCH_CHANGE],
        result: "Any",
        steps: "self._client, RunReader(self._client, task, lines, on_change, options)",
        doc: "Send lines in as many batches as they need, and return their results as they end, in no order. Lines are read when they are needed.",
        taker: "{A}BatchResults",
      },
      resultOf: (answer) => `{A}BatchResults[${answer}]`,
      others: otherEndpoints,
    },
    {
      operation: {
        name: "create",
        parameters: [...BATCH_INPUT, "metadata: Mapping[str, str] | None = None"],
        result: "Any",
        steps: "create_batch({A}BatchHandle, self._client, task, lines, metadata=metadata, options=options)",
        doc: "Send lines as one batch: up to 50,000, of 200 MB.",
      },
      resultOf: (answer) => `{A}BatchHandle[${answer}]`,
      others: otherEndpoints,
    },
  ],
  operations: [
    batchAt("get", "", "Get a batch by its id."),
    batchAt("cancel", ', "/cancel"', "End a batch. The lines that were answered have their results."),
  ],
};

const batchHandle: Part = {
  name: "BatchHandle",
  base: "BatchState[Answer_co]",
  doc: "A batch, and what can be done with it.",
  asking: [],
  operations: [
    {
      name: "wait",
      parameters: [timeout, "*", ON_BATCH_CHANGE],
      result: "Batch",
      steps: "wait_batch(self, timeout, on_change)",
      doc: "Wait until it ends. Raises `FlorenceError`: why it was refused, or `timeout` after that many seconds; the batch then goes on.",
    },
    { name: "refresh", parameters: [], result: "Batch", steps: "see_batch(self)", doc: "Ask how it is now." },
    { name: "cancel", parameters: [], result: "Batch", steps: 'see_batch(self, "/cancel")', doc: "End it." },
    {
      name: "results",
      parameters: [],
      result: "{A}BatchResults[Answer_co]",
      steps: "self._client, Reader(self)",
      doc: "Read the results of a batch that has ended, in no order.",
      taker: "{A}BatchResults",
    },
  ],
};

/** All parts. */
const parts: readonly Part[] = [jobs, jobHandle, batches, batchHandle];

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
