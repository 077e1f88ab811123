import type { RequestTrace } from "../contract/service.ts";

type Handler = (request: Request, trace: RequestTrace) => Promise<Response>;

/** One path and its handler. HEAD and OPTIONS need no route of their own: HEAD follows from GET, OPTIONS from all methods of a path. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly handle: Handler;
}
