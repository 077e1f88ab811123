/** A call that is no task: a method of both clients, or of a part of both. */
export interface Operation {
  readonly name: string;
  /** Its parameters besides the options, as Python has them. */
  readonly parameters: readonly string[];
  /** Left out for a call without options. */
  readonly options?: "Unpack[CallOptions]" | "Any";
  /** What it returns. `{A}` is the prefix of the asynchronous client's classes. */
  readonly result: string;
  /** The expression of its steps, in which `self._connection` is where the API is. */
  readonly steps: string;
  readonly doc: string;
  /** What takes its steps; by default what performs them. */
  readonly taker?: string;
}

/** Returns an operation that sends nothing. */
function get(name: string, path: string, result: string, doc: string): Operation {
  const steps = `get_steps(self._connection, "${path}", ${result}, options)`;
  return { name, parameters: [], options: "Unpack[CallOptions]", result, steps, doc };
}

function post(name: string, parameters: readonly string[], result: string, request: string, doc: string): Operation {
  const steps = `reply_steps(self._connection, ${request}, ${result}, options)`;
  return { name, parameters, options: "Unpack[CallOptions]", result, steps, doc };
}

/** The operations of the clients themselves, in the order in which an editor lists them. */
const operations: readonly Operation[] = [
  post(
    "analyze",
    ["image: Image", "tasks: Iterable[AnalyzeItem]"],
    "AnalyzeAnswer",
    "analyze_request(image, tasks)",
    "Run several tasks on one image, which is encoded once. Each has its own result: an answer or a problem.",
  ),
  post(
    "batch",
    ["items: Iterable[BatchItem]"],
    "BatchAnswer",
    "batch_request(items)",
    "Run several tasks, up to 32, each on its own image. Each has its own result.",
  ),
  {
    name: "upload",
    parameters: ["image: Image"],
    options: "Unpack[CallOptions]",
    result: "Upload",
    steps: "upload_steps(self._connection, image, options)",
    doc: "Send an image once, and ask about what is returned, in as many calls as you like, for an hour.",
  },
  {
    ...post(
      "quote",
      ["asked: TaskName | Sequence[AnalyzeItem] | Sequence[BatchItem]"],
      "Quote",
      "quote_request(asked, options)",
      "Tell the price of a task with its options, of tasks on one image, or of a batch, before it is asked.",
    ),
    options: "Any",
  },
  get("pricing", "/v1/pricing", "Pricing", "Tell the prices of all tasks."),
  get("me", "/v1/me", "Me", "Tell what the key's account has left, and the key's limits."),
  get("tasks", "/v1/tasks", "TaskList", "List the tasks, with what each needs and answers."),
  get("models", "/v1/models", "ModelList", "List the models that the API serves."),
  get("health", "/healthz", "Health", "Check whether the API responds."),
  get("ready", "/readyz", "Health", "Check whether the model can answer; raises `FlorenceError` if it cannot."),
];

/** A client, and what differs in the methods of the two. */
export interface ClientKind {
  /** The prefix of its classes. */
  readonly prefix: "" | "Async";
  /** The type of what a call returns: itself, or what is awaited for it. */
  readonly value: (type: string) => string;
}

/** A call as a method. `run` performs its steps. */
export function operationMethod(
  { name, parameters, options, result, steps, doc, taker }: Operation,
  { prefix, value }: ClientKind,
  run = "self._run",
): string {
  const signature = ["self", ...parameters, ...(options === undefined ? [] : [`**options: ${options}`])].join(", ");
  const text = `    def ${name}(${signature}) -> ${taker === undefined ? value(result) : result}:
        """${doc}"""
        return ${taker ?? run}(${steps})\n`;
  return text.replaceAll("{A}", prefix);
}

/** The methods of a client that are no tasks, as a part of its class. */
export function operationMethods(client: ClientKind): string {
  return operations.map((each) => operationMethod(each, client)).join("\n");
}
