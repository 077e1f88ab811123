import type { AttemptError, DeliveryStatus, EventType, TEST_EVENT } from "./webhooks.ts";

/** A webhook of an account. Times are milliseconds since 1970. */
export interface WebhookFacts {
  readonly id: string;
  readonly url: string;
  readonly events: readonly EventType[];
  readonly createdMs: number;
  /** When it answered 410. */
  readonly disabledMs: number | null;
}

/** A new secret. */
export interface NewSecret {
  /** `whsec_…` */
  readonly secret: string;
  /** Until when the secrets before it sign as well; null if there was none. */
  readonly othersEndMs: number | null;
}

/** How an event is told to one address. */
export interface DeliveryFacts {
  /** Its place in the list: later ones have greater numbers. */
  readonly seq: number;
  readonly id: string;
  readonly type: EventType | typeof TEST_EVENT;
  readonly url: string;
  readonly job: string | null;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly nextMs: number | null;
  readonly lastStatus: number | null;
  readonly lastError: AttemptError | null;
  readonly createdMs: number;
}

/** A page of deliveries. */
export interface DeliveryPage {
  readonly job: string | undefined;
  readonly limit: number;
  /** `seq` of the last one of the page before. */
  readonly before: number | undefined;
}

/** What is to be tested: an address, or a webhook by its id. */
export type TestTarget = { readonly url: string } | { readonly webhook: string };

/** The webhooks of a deployment. All verbs throw `Problem`. */
export interface Webhooks {
  /** Creates a webhook. One with the same address is changed, and switched on. */
  create(account: string, webhook: Pick<WebhookFacts, "url" | "events">): Promise<WebhookFacts>;
  list(account: string): Promise<readonly WebhookFacts[]>;
  remove(account: string, id: string): Promise<WebhookFacts>;
  newSecret(account: string): Promise<NewSecret>;
  /** Sends an event now, and tells how it went. */
  test(account: string, target: TestTarget): Promise<DeliveryFacts>;
  /** Returns a page of deliveries, newest first. Without an account, of the job that is named: whoever knows its id may see it. */
  deliveries(
    account: string | undefined,
    page: DeliveryPage,
  ): Promise<{ readonly deliveries: readonly DeliveryFacts[]; readonly hasMore: boolean }>;
}

/** The webhooks of a deployment that answers requests later, loaded when they are first needed. */
export interface WebhooksMount {
  readonly load: () => Promise<Webhooks>;
}
