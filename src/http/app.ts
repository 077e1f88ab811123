import { Hono } from "hono";
import { requestId } from "hono/request-id";
import { operations } from "../contract/operations.ts";
import { openApiDocument } from "../contract/openapi.ts";
import { isFault, Problem } from "../contract/problems.ts";
import type { CallContext, RequestTrace, Service, TaskRow } from "../contract/service.ts";
import { ANALYZE_PATH, taskPath } from "../contract/task-operations.ts";
import { analyzeResults, readAnalyzeRequest } from "./analyze.ts";
import { answerResponse } from "./answer-response.ts";
import { cacheDirectives } from "./cache-control.ts";
import { formBody, jsonBody } from "./form-body.ts";
import { asProblem, problemResponse } from "./problem-response.ts";
import { readTaskRequest } from "./task-request.ts";

/** What `createApp` is given: nothing here reads a clock, an environment or a global. */
export interface AppOptions {
  readonly tasks: readonly TaskRow[];
  readonly service: Service;
  /** The API's version, for the OpenAPI document. */
  readonly version: string;
  readonly newRequestId: () => string;
  /** Takes errors that are our fault, with their cause; never a caller's mistake, nor that there are many callers. */
  readonly logError: (problem: Problem, requestId: string) => void;
}

type Handler = (request: Request, trace: RequestTrace) => Promise<Response>;
interface Route {
  readonly method: string;
  readonly path: string;
  readonly handle: Handler;
}

function get(operation: { readonly path: string }, read: () => Promise<unknown>): Route {
  return { method: "GET", path: operation.path, handle: async () => Response.json(await read()) };
}

function routes({ tasks, service, version }: AppOptions): readonly Route[] {
  const listed = tasks.map(({ name, ...row }) => ({ name, path: taskPath(name), ...row }));
  return [
    get(operations.health, async () => ({ status: "ok" })),
    get(operations.ready, async () => service.ready().then(() => ({ status: "ok" }))),
    get(operations.tasks, async () => ({ tasks: listed })),
    get(operations.models, async () => ({ models: [await service.model()] })),
    get(operations.openApi, async () => openApiDocument(tasks, version)),
    ...tasks.map((row) => ({
      method: "POST",
      path: taskPath(row.name),
      handle: async (request: Request, trace: RequestTrace) => {
        const answered = await service.answer(await readTaskRequest(row, request), callOf(request, trace));
        return answerResponse(formBody(answered.answer), answered, request.headers.get("if-none-match"));
      },
    })),
    {
      method: "POST",
      path: ANALYZE_PATH,
      handle: async (request: Request, trace: RequestTrace) => {
        const asked = await readAnalyzeRequest(tasks, request);
        const analyzed = await service.analyze(asked, callOf(request, trace));
        const results = analyzeResults(asked, analyzed, trace.requestId);
        return answerResponse(jsonBody({ results }), analyzed, request.headers.get("if-none-match"));
      },
    },
  ];
}

function callOf({ headers, signal }: Request, trace: RequestTrace): CallContext {
  const cache = cacheDirectives(headers.get("cache-control"));
  // `fetch` puts `no-cache` beside every If-None-Match: together they ask whether an answer still holds, not for a new one.
  return { signal, trace, cache: { ...cache, noCache: cache.noCache && !headers.has("if-none-match") } };
}

/** W3C trace context; what is not of its form is not passed on. */
const traceContext = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/u;

function traceparentOf({ headers }: Request): string | undefined {
  const header = headers.get("traceparent") ?? "";
  return traceContext.test(header) ? header : undefined;
}

function refusal(path: string, known: readonly Route[]): Problem {
  if (known.some((route) => route.path === path)) {
    return new Problem("method-not-allowed", `${path} does not take this method.`);
  }
  return path.startsWith("/v1/")
    ? new Problem("unknown-task", `There is no task named ${JSON.stringify(path.slice("/v1/".length))}.`)
    : new Problem("not-found", `There is nothing at ${path}.`);
}

/** The HTTP application: routes drawn from the contract's tables, and the one place where errors become responses. */
export function createApp(options: AppOptions): Hono {
  const app = new Hono();
  const known = routes(options);
  const fail = (thrown: unknown, id: string): Response => {
    const problem = asProblem(thrown);
    const response = problemResponse(problem, id);
    if (isFault(problem.code)) options.logError(problem, id);
    return response;
  };
  app.use(requestId({ generator: options.newRequestId }));
  for (const { method, path, handle } of known) {
    app.on(method, path, async (context) => {
      const trace = { requestId: context.get("requestId"), traceparent: traceparentOf(context.req.raw) };
      const response = await handle(context.req.raw, trace);
      response.headers.set("x-request-id", trace.requestId);
      return response;
    });
  }
  app.notFound((context) => {
    const response = fail(refusal(context.req.path, known), context.get("requestId"));
    const allowed = known.filter((route) => route.path === context.req.path).map((route) => route.method);
    if (allowed.length > 0) response.headers.set("allow", allowed.join(", "));
    return response;
  });
  app.onError((error, context) => fail(error, context.get("requestId")));
  return app;
}
