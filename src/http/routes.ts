import { operations } from "../contract/operations.ts";
import { openApiDocument } from "../contract/openapi.ts";
import { Problem } from "../contract/problems.ts";
import type { ResponseExamples } from "../contract/response-examples.ts";
import type {
  AnalyzeRequest,
  Analyzed,
  BatchRequest,
  CallContext,
  RequestTrace,
  Service,
  TaskRow,
} from "../contract/service.ts";
import { ANALYZE_PATH, BATCH_PATH } from "../contract/several-operations.ts";
import { taskPath } from "../contract/task-operations.ts";
import { analyzeResults, readAnalyzeRequest } from "./analyze.ts";
import { answerEvents } from "./answer-events.ts";
import { answerResponse } from "./answer-response.ts";
import { readBatchRequest } from "./batch.ts";
import { callerOf } from "./caller.ts";
import { checkWork } from "./check-work.ts";
import { cacheDirectives } from "./cache-control.ts";
import type { Sleep } from "./event-stream.ts";
import { answerBody, jsonBody, jsonBodyOf } from "./answer-body.ts";
import { loggedProblem, type LogError } from "./problem-response.ts";
import type { Route } from "./route.ts";
import { type Site, siteRoutes } from "./site.ts";
import { readTaskRequest } from "./task-request.ts";

/** What the routes are generated from. */
export interface RouteOptions {
  readonly tasks: readonly TaskRow[];
  readonly service: Service;
  readonly logError: LogError;
  readonly sleep: Sleep;
  /** Creates a signal that is aborted after the given time, as `AbortSignal.timeout` does; for the deadline of a body. */
  readonly timeout: (milliseconds: number) => AbortSignal;
  /** The API's version, for the OpenAPI document. */
  readonly version: string;
  /** Responses to the examples of the OpenAPI document, to be included in it. */
  readonly examples?: ResponseExamples;
  /** The website's pages. Without it the API has none. */
  readonly site?: Site;
}

function get(operation: { readonly path: string }, read: () => Promise<unknown>): Route {
  return { method: "GET", path: operation.path, handle: async () => Response.json(await read()) };
}

/** All routes of the API, generated from the contract's tables. */
export function routes(options: RouteOptions): readonly Route[] {
  const { tasks, service, logError, timeout, version, examples, site } = options;
  const taskList = tasks.map(({ name, ...row }) => ({ name, path: taskPath(name), ...row }));
  return [
    get(operations.health, async () => ({ status: "ok" })),
    get(operations.ready, async () => service.ready().then(() => ({ status: "ok" }))),
    get(operations.tasks, async () => ({ tasks: taskList })),
    get(operations.models, async () => ({ models: [await service.model()] })),
    openApiRoute(tasks, version, examples),
    ...tasks.map((row) => taskRoute(row, options)),
    multiTaskRoute(ANALYZE_PATH, {
      read: (request) => readAnalyzeRequest(tasks, request, { timeout }),
      answer: (parsed, call) => service.analyze(parsed, call),
      logError,
    }),
    multiTaskRoute(BATCH_PATH, {
      read: (request) => readBatchRequest(tasks, request, { timeout }),
      answer: (parsed, call) => service.batch(parsed, call),
      logError,
    }),
    ...(site === undefined ? [] : siteRoutes(site)),
  ];
}

/** The OpenAPI document. It is serialized only once, since this takes about fifty milliseconds. */
function openApiRoute(tasks: readonly TaskRow[], version: string, examples: ResponseExamples | undefined): Route {
  let json: string | undefined;
  return {
    method: "GET",
    path: operations.openApi.path,
    handle: async () => {
      json ??= JSON.stringify(openApiDocument(tasks, version, examples));
      return new Response(json, { headers: { "content-type": "application/json" } });
    },
  };
}

function taskRoute(row: TaskRow, { service, sleep, timeout, logError }: RouteOptions): Route {
  return {
    method: "POST",
    path: taskPath(row.name),
    handle: async (request, trace) => {
      const taskRequest = await readTaskRequest(row, request, { timeout });
      checkWork([taskRequest.options], 1);
      const call = callOf(request, trace);
      if (taskRequest.options.stream === true) {
        const { requestId } = trace;
        const problemOf = (thrown: unknown): Problem => loggedProblem(thrown, requestId, logError);
        return answerEvents((emit, signal) => service.stream(taskRequest, { ...call, signal }, emit), {
          signal: call.signal,
          sleep,
          requestId,
          problemOf,
        });
      }
      const answered = await service.answer(taskRequest, call);
      return answerResponse(answerBody(answered.answer, timeout), answered, request.headers.get("if-none-match"));
    },
  };
}

interface MultiTaskOptions<Parsed> extends Pick<RouteOptions, "logError"> {
  readonly read: (request: Request) => Promise<Parsed>;
  readonly answer: (parsed: Parsed, call: CallContext) => Promise<Analyzed>;
}

/** Several tasks in one request: `read` parses it, `answer` returns each item's result. A problem that several items share is logged once. */
function multiTaskRoute<Parsed extends AnalyzeRequest | BatchRequest>(
  path: string,
  { read, answer, logError }: MultiTaskOptions<Parsed>,
): Route {
  return {
    method: "POST",
    path,
    handle: async (request, trace) => {
      const parsed = await read(request);
      const answered = await answer(parsed, callOf(request, trace));
      const failures = new Set(answered.results.filter((result) => result instanceof Problem));
      for (const failure of failures) loggedProblem(failure, trace.requestId, logError);
      const bodyOf = (requestId: string) => ({ results: analyzeResults(parsed, answered, requestId) });
      // Only problems contain the id: without one, the body is written once.
      const body = failures.size > 0 ? jsonBodyOf(bodyOf, trace.requestId) : jsonBody(bodyOf(trace.requestId));
      return answerResponse(body, answered, request.headers.get("if-none-match"));
    },
  };
}

function callOf({ headers, signal }: Request, trace: RequestTrace): CallContext {
  const cache = cacheDirectives(headers.get("cache-control"));
  // `fetch` adds `no-cache` to every If-None-Match: together they ask for validation of an answer, not for a new one.
  return {
    signal,
    caller: callerOf(headers),
    trace,
    cache: { ...cache, noCache: cache.noCache && !headers.has("if-none-match") },
  };
}
