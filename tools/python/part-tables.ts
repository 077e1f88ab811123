import { literal } from "./names.ts";
import type { Operation } from "./operations.ts";

/** A part of a client (`client.jobs`), or what a call of one returns to go on with. */
export interface Part {
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
export interface Variant {
  /** The type of the task's name. */
  readonly task: string;
  /** The parameters that select the form. */
  readonly selector: readonly string[];
  readonly options: string;
  readonly answer: string;
}

/** A call that takes a task's name: the result depends on it, and on the form. */
export interface Asking {
  readonly operation: Operation;
  /** The result for the type of an answer. */
  readonly resultOf: (answer: string) => string;
  /** What it takes beside tasks, with the types of their answers. */
  readonly others?: readonly Variant[];
}

const CALL = "Unpack[CallOptions]";

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
export const parts: readonly Part[] = [jobs, jobHandle, batches, batchHandle];
