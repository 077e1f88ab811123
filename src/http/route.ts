import type { RequestTrace } from "../contract/service.ts";

type Handler = (request: Request, trace: RequestTrace) => Promise<Response>;

/** One path and its handler. HEAD and OPTIONS need no route of their own: HEAD follows from GET, OPTIONS from all methods of a path. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly handle: Handler;
}

/** Whether a path matches a route's, in which `:name` stands for any segment that is not empty. */
export function matchesPath(route: Route, path: string): boolean {
  const [pattern, segments] = [route.path.split("/"), path.split("/")];
  return (
    pattern.length === segments.length &&
    pattern.every((part, index) => part === segments[index] || (part.startsWith(":") && segments[index] !== ""))
  );
}
