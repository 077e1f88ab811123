import * as z from "zod";
import { DEFAULT_PAGE_ROWS } from "../contract/account-fields.ts";
import { Problem } from "../contract/problems.ts";
import {
  type Delivery,
  DeliveryQuery,
  eventTypes,
  NewWebhookBody,
  type Webhook,
  WebhookTestBody,
} from "../contract/webhooks.ts";
import { type WebhookOperation, webhookOperations } from "../contract/webhook-operations.ts";
import type { DeliveryFacts, WebhookFacts, Webhooks } from "../contract/webhooks-port.ts";
import { type AdmittedCall, privateJson, readAccountBody } from "./account-route.ts";
import { cursorOf, positionOf } from "./cursor.ts";
import { queryFields } from "./query-fields.ts";
import { validated } from "./validated.ts";
import type { WebhookRouteOptions } from "./webhook-routes.ts";

/** A request about webhooks that was admitted. */
export interface WebhookCall extends Pick<AdmittedCall, "request" | "body"> {
  readonly options: WebhookRouteOptions;
}

type Handle = (call: WebhookCall) => Promise<Response>;

function moment(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function momentOrNull(timeMs: number | null): string | null {
  return timeMs === null ? null : moment(timeMs);
}

function webhookView({ id, url, events, createdMs, disabledMs }: WebhookFacts): Webhook {
  return { id, url, events: [...events], created_at: moment(createdMs), disabled_at: momentOrNull(disabledMs) };
}

function deliveryView(facts: DeliveryFacts): Delivery {
  const { id, type, url, job, status, attempts, nextMs, lastStatus, lastError, createdMs } = facts;
  const last = { next_attempt_at: momentOrNull(nextMs), last_status: lastStatus, last_error: lastError };
  return { id, type, url, job, status, attempts, ...last, created_at: moment(createdMs) };
}

function available({ webhooks }: WebhookRouteOptions): Promise<Webhooks> {
  if (webhooks === undefined) throw new Problem("jobs-unavailable", "This deployment has no queue for jobs.");
  return webhooks.load();
}

/** The account that asks; undefined where there are no accounts. Throws the problem of a key. */
async function accountOf({ request, options }: WebhookCall, { scope }: WebhookOperation): Promise<string | undefined> {
  return options.accounts?.accountOf(request.headers, scope);
}

/** An operation that only accounts have. */
function ofAccount(
  operation: WebhookOperation,
  handle: (webhooks: Webhooks, account: string, call: WebhookCall) => Promise<object>,
): Handle {
  return async (call) => {
    const webhooks = await available(call.options);
    const account = await accountOf(call, operation);
    if (account === undefined) {
      throw new Problem(
        "webhooks-need-account",
        "This deployment has no accounts: name the address with each request.",
      );
    }
    return privateJson(await handle(webhooks, account, call), operation.status);
  };
}

const deliveries: Handle = async (call) => {
  const webhooks = await available(call.options);
  const account = await accountOf(call, webhookOperations.deliveries);
  const { job, limit = DEFAULT_PAGE_ROWS, cursor } = validated(DeliveryQuery, queryFields(call.request));
  const scope = ["deliveries", account ?? null, job ?? null];
  const [before] = positionOf(scope, cursor, ["number"]) ?? [];
  const page = { job, limit, before: before === undefined ? undefined : Number(before) };
  const { deliveries: rows, hasMore } = await webhooks.deliveries(account, page);
  const last = rows.at(-1);
  const next = hasMore && last !== undefined ? cursorOf(scope, [last.seq]) : null;
  return privateJson({ deliveries: rows.map(deliveryView), next });
};

const { list, create, remove, newSecret, test } = webhookOperations;
const NoBody = z.strictObject({});

/** What the routes of webhooks do, by the name of their operation. */
export const webhookCalls: Readonly<Record<keyof typeof webhookOperations, Handle>> = {
  deliveries,
  list: ofAccount(list, async (webhooks, account) => ({
    webhooks: (await webhooks.list(account)).map(webhookView),
  })),
  create: ofAccount(create, async (webhooks, account, call) => {
    const { url, events = eventTypes } = await readAccountBody(NewWebhookBody, call);
    return webhookView(await webhooks.create(account, { url, events: [...new Set(events)] }));
  }),
  remove: ofAccount(remove, async (webhooks, account, { request }) => {
    const { pathname } = new URL(request.url);
    return webhookView(await webhooks.remove(account, pathname.slice(pathname.lastIndexOf("/") + 1)));
  }),
  newSecret: ofAccount(newSecret, async (webhooks, account, call) => {
    await readAccountBody(NoBody, call);
    const { secret, othersEndMs } = await webhooks.newSecret(account);
    return { secret, others_end_at: momentOrNull(othersEndMs) };
  }),
  test: ofAccount(test, async (webhooks, account, call) => {
    const { url, webhook } = await readAccountBody(WebhookTestBody, call);
    return deliveryView(await webhooks.test(account, url === undefined ? { webhook: webhook ?? "" } : { url }));
  }),
};
