import { type Context, Hono } from "hono";
import { requestId } from "hono/request-id";
import { Problem } from "../contract/problems.ts";
import { crossOrigin, isPreflight } from "./cross-origin.ts";
import { loggedProblem, problemResponse } from "./problem-response.ts";
import type { Route } from "./route.ts";
import { type RouteOptions, routes } from "./routes.ts";

/** What `createApp` is given: nothing here reads a clock, an environment or a global. */
export interface AppOptions extends RouteOptions {
  readonly newRequestId: () => string;
}

/** W3C trace context; what is not of its form is not passed on. */
const traceContext = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/u;

function traceparentOf({ headers }: Request): string | undefined {
  const header = headers.get("traceparent") ?? "";
  return traceContext.test(header) ? header : undefined;
}

/** Whether an address is one of a route's, in which `:name` stands for any part. */
function isAt(route: Route, path: string): boolean {
  const [parts, given] = [route.path.split("/"), path.split("/")];
  return (
    parts.length === given.length &&
    parts.every((part, at) => part === given[at] || (part.startsWith(":") && given[at] !== ""))
  );
}

/** The methods that an address takes; none where there is nothing. */
function methodsAt(path: string, known: readonly Route[]): readonly string[] {
  const methods = known.filter((route) => isAt(route, path)).map(({ method }) => method);
  if (methods.length === 0) return [];
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
}

function refusal(path: string, isKnown: boolean): Problem {
  if (isKnown) return new Problem("method-not-allowed", `${path} does not take this method.`);
  return path.startsWith("/v1/")
    ? new Problem("unknown-task", `There is no task named ${JSON.stringify(path.slice("/v1/".length))}.`)
    : new Problem("not-found", `There is nothing at ${path}.`);
}

/** The HTTP application: routes drawn from the contract's tables, and the one place where errors become responses. */
export function createApp(options: AppOptions): Hono {
  const app = new Hono();
  const known = routes(options);
  const fail = (thrown: unknown, id: string): Response =>
    problemResponse(loggedProblem(thrown, id, options.logError), id);
  const refuse = (context: Context): Response => {
    const methods = methodsAt(context.req.path, known);
    const response = fail(refusal(context.req.path, methods.length > 0), context.get("requestId"));
    if (methods.length > 0) response.headers.set("allow", methods.join(", "));
    return response;
  };
  app.use(requestId({ generator: options.newRequestId }));
  app.use(async (context, next) => {
    await next();
    if (context.req.method !== "OPTIONS") return;
    const methods = methodsAt(context.req.path, known);
    if (methods.length > 0) context.res.headers.set("allow", methods.join(", "));
    // A preflight of an address where nothing is passes, or its page could not read the problem that comes after it.
    else if (!isPreflight(context.req.raw)) context.res = refuse(context);
  });
  app.use(crossOrigin);
  for (const { method, path, handle } of known) {
    app.on(method, path, async (context) => {
      const trace = { requestId: context.get("requestId"), traceparent: traceparentOf(context.req.raw) };
      const response = await handle(context.req.raw, trace);
      response.headers.set("x-request-id", trace.requestId);
      return response;
    });
  }
  app.notFound(refuse);
  app.onError((error, context) => fail(error, context.get("requestId")));
  return app;
}
