import { type Context, Hono } from "hono";
import { requestId } from "hono/request-id";
import { excerpt } from "../bytes/excerpt.ts";
import { Problem } from "../contract/problems.ts";
import { crossOrigin, isPreflight } from "./cross-origin.ts";
import { directAnswers } from "./direct-answers.ts";
import { problemResponder, dialectResponder, type Respond } from "./problem-response.ts";
import { matchesPath, type Route } from "./route.ts";
import { traceparentOf } from "./traceparent.ts";
import { type RouteOptions, routes } from "./routes.ts";

/** Options of `createApp`. All dependencies are injected: the application reads no clock, environment or global. */
export interface AppOptions extends RouteOptions {
  readonly newRequestId: () => string;
}

/** The methods of a path; empty if the path is unknown. Routes of exactly this path stand before those with a part that may be anything. */
function methodsAt(path: string, allRoutes: readonly Route[]): readonly string[] {
  const exact = allRoutes.filter((route) => route.path === path);
  const routesThere = exact.length > 0 ? exact : allRoutes.filter((route) => matchesPath(route, path));
  const methods = routesThere.map(({ method }) => method);
  if (methods.length === 0) return [];
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
}

function noRouteProblem(path: string, isKnownPath: boolean): Problem {
  if (isKnownPath) return new Problem("method-not-allowed", `${excerpt(path)} does not support this method.`);
  return path.startsWith("/v1/")
    ? new Problem("unknown-task", `There is no task named ${excerpt(JSON.stringify(path.slice("/v1/".length)))}.`)
    : new Problem("not-found", `There is nothing at ${excerpt(path)}.`);
}

/** How errors become responses, by path: in the shape of the dialect to which the path belongs. */
function createRespond({ dialects = [], logError }: AppOptions): (path: string) => Respond {
  const own = problemResponder(logError);
  return (path) => {
    const mount = dialects.find(({ prefix }) => path.startsWith(prefix));
    return mount === undefined ? own : dialectResponder(mount.load, { path, logError });
  };
}

/** The response to HEAD. Its body, which nobody will read, ends at once: a drawing's would keep its image and its place until its deadline. */
async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}

/** The HTTP application: routes generated from the contract's tables, and the only place where errors become responses. */
export function createApp(options: AppOptions): Hono {
  const app = new Hono();
  const allRoutes = routes(options, async (request) => app.fetch(request));
  const respondAt = createRespond(options);
  const fail = (thrown: unknown, context: Context): Promise<Response> =>
    respondAt(context.req.path)(thrown, context.get("requestId"));
  const refuse = async (context: Context): Promise<Response> => {
    const methods = methodsAt(context.req.path, allRoutes);
    const response = await fail(noRouteProblem(context.req.path, methods.length > 0), context);
    if (methods.length > 0) response.headers.set("allow", methods.join(", "));
    return response;
  };
  app.use(requestId({ generator: options.newRequestId }));
  app.use(async (context, next) => {
    await next();
    if (context.req.method !== "OPTIONS") return;
    const methods = methodsAt(context.req.path, allRoutes);
    if (methods.length > 0) context.res.headers.set("allow", methods.join(", "));
    // A preflight for an unknown path succeeds; otherwise the page could not read the problem of the request that follows.
    else if (!isPreflight(context.req.raw)) context.res = await refuse(context);
  });
  app.use(crossOrigin({ hasAccounts: options.administration !== undefined }));
  const exactPaths = new Set(allRoutes.map(({ path }) => path));
  for (const { method, path, handle } of allRoutes) {
    app.on(method, path, async (context) => {
      // Another method of a path that has routes of its own is no request for this one, whose pattern it fits.
      if (path !== context.req.path && exactPaths.has(context.req.path)) return refuse(context);
      const trace = { requestId: context.get("requestId"), traceparent: traceparentOf(context.req.raw) };
      const response = await handle(context.req.raw, trace);
      response.headers.set("x-request-id", trace.requestId);
      return context.req.method === "HEAD" ? withoutBody(response) : response;
    });
  }
  app.notFound(refuse);
  app.onError(fail);
  const direct = directAnswers(allRoutes, { ...options, respondAt });
  const viaHono = app.fetch;
  app.fetch = (request, ...others) => direct(request) ?? viaHono(request, ...others);
  return app;
}
