import { randomBase62, type RandomBytes } from "../accounts/base62.ts";
import { MAX_WEBHOOKS, TEST_EVENT } from "../contract/webhooks.ts";
import type { DeliveryFacts, DeliveryPage, NewSecret, TestTarget, WebhookFacts } from "../contract/webhooks-port.ts";
import { begun, newDelivery, type StoredDelivery, type Target, targetsOf, type WebhookEvent } from "./delivery.ts";
import { rotated, signingSecrets } from "./secrets.ts";
import { createSender, type SenderOptions } from "./sender.ts";
import type { WebhookSecret } from "./signature.ts";
import type { WebhookTables } from "./tables.ts";

/** Digits of ids after their prefix: 131 bits for events, of which there are many; fewer for an account's webhooks. */
const [EVENT_DIGITS, WEBHOOK_DIGITS] = [22, 16];

/** A verb that was refused. */
export interface WebhookRefusal {
  readonly type: "refused";
  readonly code: "unknown-webhook" | "too-many-webhooks";
}

/** The webhooks of one owner, as they are asked over the platform's calls. Every verb but `newWebhookSecret` and `testWebhook` may be repeated. */
export interface WebhookVerbs {
  createWebhook(webhook: Pick<WebhookFacts, "url" | "events">): Promise<WebhookFacts | WebhookRefusal>;
  webhooks(): Promise<readonly WebhookFacts[]>;
  removeWebhook(id: string): Promise<WebhookFacts | WebhookRefusal>;
  newWebhookSecret(): Promise<NewSecret>;
  testWebhook(target: TestTarget): Promise<DeliveryFacts | WebhookRefusal>;
  deliveries(page: DeliveryPage): Promise<readonly DeliveryFacts[]>;
  /** Has an event told that happened elsewhere, once for each id. */
  tellEvent(event: WebhookEvent, named: string | null): Promise<void>;
}

/** What the webhooks of one owner need. */
export interface WebhookBookOptions extends Omit<SenderOptions, "secretsOf"> {
  readonly random: RandomBytes;
  /** The secret of a job that no account owns. */
  readonly secretOfJob: (job: string) => Promise<WebhookSecret>;
}

/** A new id of an event. */
export function newEventId(random: RandomBytes): string {
  return `msg_${randomBase62(EVENT_DIGITS, random)}`;
}

function factsOf(row: StoredDelivery): DeliveryFacts {
  const { seq, id, type, url, job, status, attempts, nextMs, lastStatus, lastError, createdMs } = row;
  return { seq, id, type, url, job, status, attempts, nextMs, lastStatus, lastError, createdMs };
}

/** The account's secrets; the first is made when it is first needed. */
function accountSecrets(tables: WebhookTables, random: RandomBytes, nowMs: number): readonly WebhookSecret[] {
  return tables.transaction(() => {
    if (tables.secrets().length === 0) tables.putSecrets(rotated([], random, nowMs).rows);
    return signingSecrets(tables.secrets(), nowMs);
  });
}

/** The verbs about an account's webhooks and secrets: each is one transaction. */
function accountVerbs({ tables, now, random }: WebhookBookOptions) {
  const unknown: WebhookRefusal = { type: "refused", code: "unknown-webhook" };
  return {
    createWebhook: ({ url, events }: Pick<WebhookFacts, "url" | "events">): WebhookFacts | WebhookRefusal =>
      tables.transaction(() => {
        const all = tables.webhooks();
        const same = all.find((each) => each.url === url);
        if (same === undefined && all.length >= MAX_WEBHOOKS) return { type: "refused", code: "too-many-webhooks" };
        const id = same?.id ?? `whk_${randomBase62(WEBHOOK_DIGITS, random)}`;
        const row = { id, url, events, createdMs: same?.createdMs ?? now(), disabledMs: null };
        tables.putWebhook(row);
        return row;
      }),
    webhooks: (): readonly WebhookFacts[] => tables.webhooks(),
    removeWebhook: (id: string): WebhookFacts | WebhookRefusal =>
      tables.transaction(() => {
        const row = tables.webhooks().find((each) => each.id === id);
        if (row === undefined) return unknown;
        tables.removeWebhook(id);
        return row;
      }),
    newWebhookSecret: (): NewSecret =>
      tables.transaction(() => {
        const { secret, rows, othersEndMs } = rotated(tables.secrets(), random, now());
        tables.putSecrets(rows);
        return { secret, othersEndMs };
      }),
    targetOf: (target: TestTarget): Target | undefined => {
      if ("url" in target) return { url: target.url, webhook: null };
      const row = tables.webhooks().find(({ id }) => id === target.webhook);
      return row && { url: row.url, webhook: row.id };
    },
  };
}

/** The webhooks of one owner: what is told, to whom, and what became of it. */
export function createWebhookBook(options: WebhookBookOptions) {
  const { tables, now, random, secretOfJob } = options;
  const sender = createSender({
    ...options,
    secretsOf: async ({ isOwned, job }) => {
      if (isOwned || job === null) return accountSecrets(tables, random, now());
      return [await secretOfJob(job)];
    },
  });
  const { targetOf, ...verbs } = accountVerbs(options);
  return {
    ...verbs,
    nextMs: sender.nextMs,
    round: sender.round,
    /** Has an event told. Call it in the transaction in which it happens: then it is told if and only if it has happened. Nothing is sent before the next round. */
    tell: (event: WebhookEvent, named: string | null): void => {
      const webhooks = event.isOwned ? tables.webhooks() : [];
      for (const target of targetsOf(event, named, webhooks)) tables.add(newDelivery(event, target));
    },
    /** Sends a test now, which is not repeated. It is listed as the others. */
    testWebhook: async (target: TestTarget): Promise<DeliveryFacts | WebhookRefusal> => {
      const to = targetOf(target);
      if (to === undefined) return { type: "refused", code: "unknown-webhook" };
      const [id, data] = [newEventId(random), JSON.stringify({ url: to.url })];
      const event: WebhookEvent = { id, type: TEST_EVENT, job: null, atMs: now(), data, isOwned: true };
      const row = tables.transaction(() => tables.add(begun(newDelivery(event, to), false, now())));
      return factsOf(await sender.attempt(row));
    },
    deliveries: (page: DeliveryPage): readonly DeliveryFacts[] => tables.page(page).map(factsOf),
  };
}
