import { webhookPaths, WEBHOOKS_PATH } from "../contract/paths.ts";
import type { WebhooksMount } from "../contract/webhooks-port.ts";
import { type Admit, whenAborted } from "./admission.ts";
import { callerOf } from "./caller.ts";
import type { PaidAnswers } from "./paid-request.ts";
import type { Route } from "./route.ts";
import type { webhookCalls } from "./webhook-calls.ts";

/** What the routes of webhooks need. */
export interface WebhookRouteOptions {
  readonly admit: Admit;
  readonly timeout: (milliseconds: number) => AbortSignal;
  readonly accounts?: PaidAnswers | undefined;
  /** Left out where nothing is answered later: then the operations say so. */
  readonly webhooks?: WebhooksMount | undefined;
}

/** The routes of webhooks. What they do is loaded by the first request to one of them. */
export function webhookRoutes(options: WebhookRouteOptions): readonly Route[] {
  const { admit, timeout } = options;
  const route = (method: Route["method"], path: string, name: keyof typeof webhookCalls): Route => ({
    method,
    path: path.replace("{webhook}", ":webhook"),
    handle: async (request) => {
      const { webhookCalls: calls } = await import("./webhook-calls.ts");
      const admittee = { caller: callerOf(request.headers), whenLeft: whenAborted(request.signal) };
      return admit(admittee, ({ count }) => calls[name]({ request, options, body: { timeout, ...count } }));
    },
  });
  return [
    route("GET", WEBHOOKS_PATH, "list"),
    route("POST", WEBHOOKS_PATH, "create"),
    route("GET", webhookPaths.deliveries, "deliveries"),
    route("POST", webhookPaths.secret, "newSecret"),
    route("POST", webhookPaths.test, "test"),
    route("DELETE", webhookPaths.one, "remove"),
  ];
}
