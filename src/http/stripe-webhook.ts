import { stripeOperations } from "../contract/payment-operations.ts";
import type { EventReceiver } from "../payments/till.ts";
import { type AccountRouteOptions, admittedRoute, privateJson } from "./account-route.ts";
import { readBody } from "./body.ts";
import type { Route } from "./route.ts";

/** Largest event in bytes: ten times the largest one that concerns payments. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** The route on which Stripe sends events. The body is read as it is, whatever its content type: its bytes are signed. */
export function stripeWebhookRoute(events: EventReceiver, options: AccountRouteOptions): Route {
  return admittedRoute(stripeOperations.stripeWebhook, options, async ({ request, body }) => {
    const bytes = await readBody(request, { ...body, maxBytes: MAX_EVENT_BYTES });
    return privateJson(await events.receive(bytes, request.headers));
  });
}
