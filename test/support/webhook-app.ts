import type { KeyTerms } from "../../src/accounts/ledger-port.ts";
import type { AttemptError } from "../../src/contract/webhooks.ts";
import type { WebhooksMount } from "../../src/contract/webhooks-port.ts";
import { createSendEvent } from "../../src/webhooks/attempt.ts";
import { createWebhookBook, type WebhookVerbs } from "../../src/webhooks/book.ts";
import { createWebhooks } from "../../src/webhooks/create-webhooks.ts";
import { secureRandom } from "./any-key.ts";
import { laterApp } from "./later-app.ts";
import { createMemoryWebhooks } from "./memory-webhooks.ts";
import { createPaidWorld } from "./paid-app.ts";
import { JOB, START_MS } from "./webhook-world.ts";

const never = (): AbortSignal => new AbortController().signal;

/** The webhooks of a deployment in memory: a book for each owner, and one receiver. */
function createWebhookPlaces() {
  const books = new Map<string, ReturnType<typeof createWebhookBook>>();
  const sent: string[] = [];
  const world = {
    answer: (): Response => new Response(null, { status: 204 }),
    check: async (): Promise<AttemptError | undefined> => undefined,
    isAway: false,
  };
  const check = () => world.check();
  const open = () =>
    createWebhookBook({
      tables: createMemoryWebhooks().tables,
      now: () => START_MS,
      random: secureRandom,
      spread: () => 0,
      read: async () => ({ job: JOB, answer: undefined, isFlat: false }),
      secretOfJob: async () => secureRandom(32).slice(),
      send: createSendEvent({
        timeout: never,
        now: () => START_MS,
        check,
        fetch: async (url) => {
          sent.push(url);
          return world.answer();
        },
      }),
      logFailure: () => {},
    });
  const bookOf = (name: string) => {
    const book = books.get(name) ?? open();
    books.set(name, book);
    return book;
  };
  const called = (name: string): WebhookVerbs => {
    const book = bookOf(name);
    const call = async <Reply>(work: () => Reply | Promise<Reply>): Promise<Reply> => {
      if (world.isAway) throw new Error("The object is away.");
      return work();
    };
    return {
      createWebhook: (webhook) => call(() => book.createWebhook(webhook)),
      webhooks: () => call(() => book.webhooks()),
      removeWebhook: (id) => call(() => book.removeWebhook(id)),
      newWebhookSecret: () => call(() => book.newWebhookSecret()),
      testWebhook: (target) => call(() => book.testWebhook(target)),
      deliveries: (page) => call(() => book.deliveries(page)),
      tellEvent: (event, named) => call(() => book.tell(event, named)),
    };
  };
  const mount: WebhooksMount = {
    load: async () =>
      createWebhooks({
        check,
        timeout: never,
        bookOf: (owner) => {
          if ("account" in owner) return called(owner.account);
          return owner.job.startsWith("job_") ? called("jobs of nobody") : undefined;
        },
      }),
  };
  return { world, sent, bookOf, mount };
}

type Sending = { readonly key?: string; readonly body?: unknown };

function sender(app: { request: (path: string, init: RequestInit) => Response | Promise<Response> }) {
  return async (method: string, path: string, { key, body }: Sending = {}) => {
    const response = await app.request(path, {
      method,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
}

/** An application with accounts and webhooks; `open` makes an account whose key has all that webhooks need. */
export function accountWebhooksApp() {
  const places = createWebhookPlaces();
  const paid = createPaidWorld();
  const { app } = paid.isolate({ more: { webhooks: places.mount } });
  const open = (terms: Partial<KeyTerms> = {}) =>
    paid.open(1000, { scopes: ["infer", "usage:read", "keys:write"], ...terms });
  return { ...places, open, send: sender(app) };
}

/** An application with webhooks and without accounts. */
export function unownedWebhooksApp() {
  const places = createWebhookPlaces();
  const { app } = laterApp({}, { webhooks: places.mount });
  return { ...places, send: sender(app) };
}
