import type { RequestTrace } from "../contract/service.ts";

type Handler = (request: Request, trace: RequestTrace) => Promise<Response>;

/** One address and what is done there. HEAD and OPTIONS need no row: the first follows from GET, the second from all. */
export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly handle: Handler;
}
