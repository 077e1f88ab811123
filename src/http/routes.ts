import { operations } from "../contract/operations.ts";
import { openApiDocument } from "../contract/openapi.ts";
import type { ResponseExamples } from "../contract/response-examples.ts";
import { taskPath } from "../contract/task-operations.ts";
import type { AccountRouteOptions, AccountsOptions } from "./account-route.ts";
import { accountRoutes } from "./account-routes.ts";
import { adminRoutes } from "./admin-routes.ts";
import { type AnswerRouteOptions, answerRoutes } from "./answer-routes.ts";
import { type HandleRequest, type ProtocolRouteOptions, protocolRoutes } from "./protocol-routes.ts";
import type { Route } from "./route.ts";
import { type Site, siteRoutes } from "./site.ts";
import { type UploadRouteOptions, uploadRoutes } from "./upload-routes.ts";

/** What the routes are generated from. */
export interface RouteOptions extends AnswerRouteOptions, Pick<UploadRouteOptions, "uploads"> {
  /** The API's version, for the OpenAPI document. */
  readonly version: string;
  /** Responses to the examples of the OpenAPI document, to be included in it. */
  readonly examples?: ResponseExamples;
  /** What the operations of accounts need. Without it the API has none of them. */
  readonly administration?: AccountsOptions | undefined;
  /** The website's pages. Without it the API has none. */
  readonly site?: Site;
  /** Other protocols, in front of the API's own operations; none by default. */
  readonly protocols?: Pick<ProtocolRouteOptions, "protocols" | "readEvents">;
}

function get(operation: { readonly path: string }, read: () => Promise<unknown>): Route {
  return { method: "GET", path: operation.path, handle: async () => Response.json(await read()) };
}

/** All routes of the API, generated from the contract's tables. `handleRequest` is how other protocols ask them. */
export function routes(options: RouteOptions, handleRequest: HandleRequest): readonly Route[] {
  const { tasks, service, site, administration, protocols } = options;
  const taskList = tasks.map(({ name, ...row }) => ({ name, path: taskPath(name), ...row }));
  return [
    get(operations.health, async () => ({ status: "ok" })),
    get(operations.ready, async () => service.ready().then(() => ({ status: "ok" }))),
    get(operations.tasks, async () => ({ tasks: taskList })),
    get(operations.models, async () => ({ models: [await service.model()] })),
    openApiRoute(options),
    ...answerRoutes(options),
    ...uploadRoutes(options),
    ...(administration === undefined ? [] : administrationRoutes({ ...options, accounts: administration })),
    ...(protocols === undefined ? [] : protocolRoutes({ ...options, ...protocols, handleRequest })),
    ...(site === undefined ? [] : siteRoutes(site)),
  ];
}

function administrationRoutes(options: AccountRouteOptions): readonly Route[] {
  return [...accountRoutes(options), ...adminRoutes(options)];
}

/** The OpenAPI document. It is serialized only once, since this takes about fifty milliseconds. */
function openApiRoute({ tasks, version, examples, administration }: RouteOptions): Route {
  let json: string | undefined;
  return {
    method: "GET",
    path: operations.openApi.path,
    handle: async () => {
      json ??= JSON.stringify(openApiDocument(tasks, version, examples, { hasAccounts: administration !== undefined }));
      return new Response(json, { headers: { "content-type": "application/json" } });
    },
  };
}
