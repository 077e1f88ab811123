import type { DialectMount } from "../contract/dialect.ts";
import type { ResponseExamples } from "../contract/response-examples.ts";
import { servicePaths, taskPath } from "../contract/paths.ts";
import type { Administration } from "./administration-routes.ts";
import type { AnswerRouteOptions } from "./admitted.ts";
import { answerRoutes } from "./answer-routes.ts";
import { dialectRoutes } from "./dialect-routes.ts";
import { type HandleRequest, type ProtocolRouteOptions, protocolRoutes } from "./protocol-routes.ts";
import { jobRoutes } from "./job-routes.ts";
import type { Route } from "./route.ts";
import { type Site, siteRoutes } from "./site.ts";
import { type UploadRouteOptions, uploadRoutes } from "./upload-routes.ts";
import { type WebhookRouteOptions, webhookRoutes } from "./webhook-routes.ts";

/** What the routes are generated from. */
export interface RouteOptions
  extends AnswerRouteOptions, Pick<UploadRouteOptions, "uploads">, Pick<WebhookRouteOptions, "webhooks"> {
  /** The API's version, for the OpenAPI document. */
  readonly version: string;
  /** Loads the responses to the examples of the OpenAPI document, to be included in it: the first reader of the document waits for them. */
  readonly examples?: () => Promise<ResponseExamples>;
  /** The operations of accounts. Without it the API has none of them. */
  readonly administration?: Administration | undefined;
  /** The dialects of others that are answered as well. */
  readonly dialects?: readonly DialectMount[];
  /** The website's pages. Without it the API has none. */
  readonly site?: Site;
  /** Other protocols, in front of the API's own operations; none by default. */
  readonly protocols?: Pick<ProtocolRouteOptions, "protocols" | "readEvents">;
}

function get(path: string, read: () => Promise<unknown>): Route {
  return { method: "GET", path, handle: async () => Response.json(await read()) };
}

/** All routes of the API, generated from the contract's tables. `handleRequest` is how other protocols ask them. */
export function routes(options: RouteOptions, handleRequest: HandleRequest): readonly Route[] {
  const { tasks, service, site, administration, dialects = [], protocols } = options;
  const taskList = tasks.map(({ name, ...row }) => ({ name, path: taskPath(name), ...row }));
  return [
    get(servicePaths.health, async () => ({ status: "ok" })),
    get(servicePaths.ready, async () => service.ready().then(() => ({ status: "ok" }))),
    get(servicePaths.tasks, async () => ({ tasks: taskList })),
    get(servicePaths.models, async () => ({ models: [await service.model()] })),
    openApiRoute(options),
    ...answerRoutes(options),
    ...dialectRoutes(dialects, options),
    ...uploadRoutes(options),
    ...jobRoutes(options),
    ...webhookRoutes(options),
    ...(administration?.routes(options) ?? []),
    ...(protocols === undefined ? [] : protocolRoutes({ ...options, ...protocols, handleRequest })),
    ...(site === undefined ? [] : siteRoutes(site)),
  ];
}

/** The OpenAPI document. Its generator is loaded at the first request, and the document serialized only once, since this takes about fifty milliseconds. */
function openApiRoute({ tasks, version, examples, administration }: RouteOptions): Route {
  const write = async (): Promise<string> => {
    const { openApiDocument } = await import("../contract/openapi.ts");
    const has = { hasAccounts: administration !== undefined, ways: administration?.ways };
    return JSON.stringify(openApiDocument(tasks, version, await examples?.(), has));
  };
  let json: string | undefined;
  return {
    method: "GET",
    path: servicePaths.openApi,
    handle: async () => {
      json ??= await write();
      return new Response(json, { headers: { "content-type": "application/json" } });
    },
  };
}
