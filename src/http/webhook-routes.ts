import { webhookPaths, WEBHOOKS_PATH } from "../contract/paths.ts";
import { whenAborted } from "./admission.ts";
import { callerOf } from "./caller.ts";
import type { Route } from "./route.ts";
import type { webhookCalls, WebhookRouteOptions } from "./webhook-calls.ts";

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
