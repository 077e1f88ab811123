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
import { cacheDirectives } from "./cache-control.ts";
import type { Sleep } from "./event-stream.ts";
import { formBody, jsonBody } from "./form-body.ts";
import { loggedProblem, type LogError } from "./problem-response.ts";
import type { Route } from "./route.ts";
import { type Site, siteRoutes } from "./site.ts";
import { readTaskRequest } from "./task-request.ts";

/** What the routes are drawn from. */
export interface RouteOptions {
  readonly tasks: readonly TaskRow[];
  readonly service: Service;
  readonly logError: LogError;
  readonly sleep: Sleep;
  /** The API's version, for the OpenAPI document. */
  readonly version: string;
  /** Answers to the document's examples, for the document. */
  readonly examples?: ResponseExamples;
  /** Without it there are no pages. */
  readonly site?: Site;
}

function get(operation: { readonly path: string }, read: () => Promise<unknown>): Route {
  return { method: "GET", path: operation.path, handle: async () => Response.json(await read()) };
}

/** Every address of the API, drawn from the contract's tables. */
export function routes(options: RouteOptions): readonly Route[] {
  const { tasks, service, logError, version, examples, site } = options;
  const listed = tasks.map(({ name, ...row }) => ({ name, path: taskPath(name), ...row }));
  return [
    get(operations.health, async () => ({ status: "ok" })),
    get(operations.ready, async () => service.ready().then(() => ({ status: "ok" }))),
    get(operations.tasks, async () => ({ tasks: listed })),
    get(operations.models, async () => ({ models: [await service.model()] })),
    openApiRoute(tasks, version, examples),
    ...tasks.map((row) => taskRoute(row, options)),
    severalRoute(ANALYZE_PATH, {
      read: (request) => readAnalyzeRequest(tasks, request),
      ask: (asked, call) => service.analyze(asked, call),
      logError,
    }),
    severalRoute(BATCH_PATH, {
      read: (request) => readBatchRequest(tasks, request),
      ask: (asked, call) => service.batch(asked, call),
      logError,
    }),
    ...(site === undefined ? [] : siteRoutes(site)),
  ];
}

/** Printed once: it takes some fifty milliseconds. */
function openApiRoute(tasks: readonly TaskRow[], version: string, examples: ResponseExamples | undefined): Route {
  let printed: string | undefined;
  return {
    method: "GET",
    path: operations.openApi.path,
    handle: async () => {
      printed ??= JSON.stringify(openApiDocument(tasks, version, examples));
      return new Response(printed, { headers: { "content-type": "application/json" } });
    },
  };
}

function taskRoute(row: TaskRow, { service, sleep, logError }: RouteOptions): Route {
  return {
    method: "POST",
    path: taskPath(row.name),
    handle: async (request, trace) => {
      const asked = await readTaskRequest(row, request);
      const call = callOf(request, trace);
      if (asked.options.stream === true) {
        const { requestId } = trace;
        const problemOf = (thrown: unknown): Problem => loggedProblem(thrown, requestId, logError);
        return answerEvents((emit, signal) => service.stream(asked, { ...call, signal }, emit), {
          signal: call.signal,
          sleep,
          requestId,
          problemOf,
        });
      }
      const answered = await service.answer(asked, call);
      return answerResponse(formBody(answered.answer), answered, request.headers.get("if-none-match"));
    },
  };
}

interface SeveralOptions<Asked> extends Pick<RouteOptions, "logError"> {
  readonly read: (request: Request) => Promise<Asked>;
  readonly ask: (asked: Asked, call: CallContext) => Promise<Analyzed>;
}

/** Several tasks in one request: `read` takes it apart, `ask` gives each item's result. What failed for several of them is logged once. */
function severalRoute<Asked extends AnalyzeRequest | BatchRequest>(
  path: string,
  { read, ask, logError }: SeveralOptions<Asked>,
): Route {
  return {
    method: "POST",
    path,
    handle: async (request, trace) => {
      const asked = await read(request);
      const answered = await ask(asked, callOf(request, trace));
      const failures = new Set(answered.results.filter((result) => result instanceof Problem));
      for (const failure of failures) loggedProblem(failure, trace.requestId, logError);
      const results = analyzeResults(asked, answered, trace.requestId);
      return answerResponse(jsonBody({ results }), answered, request.headers.get("if-none-match"));
    },
  };
}

function callOf({ headers, signal }: Request, trace: RequestTrace): CallContext {
  const cache = cacheDirectives(headers.get("cache-control"));
  // `fetch` puts `no-cache` beside every If-None-Match: together they ask whether an answer still holds, not for a new one.
  return { signal, trace, cache: { ...cache, noCache: cache.noCache && !headers.has("if-none-match") } };
}
