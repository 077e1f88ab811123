import { operations } from "../contract/operations.ts";
import { openApiDocument } from "../contract/openapi.ts";
import type { WaysToPay } from "../contract/payment-operations.ts";
import type { ResponseExamples } from "../contract/response-examples.ts";
import { taskPath } from "../contract/task-operations.ts";
import type { PaymentDoors } from "../payments/till.ts";
import type { AccountRouteOptions, AccountsOptions } from "./account-route.ts";
import { accountRoutes } from "./account-routes.ts";
import { adminRoutes } from "./admin-routes.ts";
import { type AnswerRouteOptions, answerRoutes } from "./answer-routes.ts";
import { billingRoutes } from "./billing-routes.ts";
import type { Route } from "./route.ts";
import { type Site, siteRoutes } from "./site.ts";
import { stripeWebhookRoute } from "./stripe-webhook.ts";
import { topUpRoute } from "./top-up-routes.ts";

/** What the routes are generated from. */
export interface RouteOptions extends AnswerRouteOptions {
  /** The API's version, for the OpenAPI document. */
  readonly version: string;
  /** Responses to the examples of the OpenAPI document, to be included in it. */
  readonly examples?: ResponseExamples;
  /** What the operations of accounts need. Without it the API has none of them. */
  readonly administration?: AccountsOptions | undefined;
  /** The ways to pay for credits. Without them, or without accounts, the API has no operation for it. */
  readonly doors?: PaymentDoors | undefined;
  /** The website's pages. Without it the API has none. */
  readonly site?: Site;
}

function get(operation: { readonly path: string }, read: () => Promise<unknown>): Route {
  return { method: "GET", path: operation.path, handle: async () => Response.json(await read()) };
}

/** All routes of the API, generated from the contract's tables. */
export function routes(options: RouteOptions): readonly Route[] {
  const { tasks, service, site, administration } = options;
  const taskList = tasks.map(({ name, ...row }) => ({ name, path: taskPath(name), ...row }));
  return [
    get(operations.health, async () => ({ status: "ok" })),
    get(operations.ready, async () => service.ready().then(() => ({ status: "ok" }))),
    get(operations.tasks, async () => ({ tasks: taskList })),
    get(operations.models, async () => ({ models: [await service.model()] })),
    openApiRoute(options),
    ...answerRoutes(options),
    ...(administration === undefined
      ? []
      : administrationRoutes({ ...options, accounts: administration }, options.doors ?? {})),
    ...(site === undefined ? [] : siteRoutes(site)),
  ];
}

function administrationRoutes(options: AccountRouteOptions, doors: PaymentDoors): readonly Route[] {
  const { stripe } = doors;
  const ofStripe =
    stripe === undefined
      ? []
      : [...billingRoutes(stripe.billingOf, options), stripeWebhookRoute(stripe.events, options)];
  const paying = waysToPay(doors) === undefined ? [] : [topUpRoute(doors, options), ...ofStripe];
  return [...accountRoutes(options), ...paying, ...adminRoutes(options)];
}

function waysToPay({ stripe, signed }: PaymentDoors): WaysToPay | undefined {
  const ways = { hasStripe: stripe !== undefined, hasX402: signed !== undefined };
  return ways.hasStripe || ways.hasX402 ? ways : undefined;
}

/** The OpenAPI document. It is serialized only once, since this takes about fifty milliseconds. */
function openApiRoute({ tasks, version, examples, administration, doors = {} }: RouteOptions): Route {
  let json: string | undefined;
  return {
    method: "GET",
    path: operations.openApi.path,
    handle: async () => {
      const has = { hasAccounts: administration !== undefined, ways: waysToPay(doors) };
      json ??= JSON.stringify(openApiDocument(tasks, version, examples, has));
      return new Response(json, { headers: { "content-type": "application/json" } });
    },
  };
}
