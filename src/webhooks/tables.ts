import type { DeliveryPage, WebhookFacts } from "../contract/webhooks-port.ts";
import type { DeliveryRow, StoredDelivery } from "./delivery.ts";

/** A secret of an account. */
export interface SecretRow {
  /** `whsec_…` */
  readonly secret: string;
  /** When it ends, in milliseconds since 1970; null: it is the current one. */
  readonly untilMs: number | null;
}

/** The webhooks, secrets and deliveries of one owner, wherever they are stored. */
export interface WebhookTables {
  /** In the order in which they were created. */
  webhooks(): readonly WebhookFacts[];
  putWebhook(row: WebhookFacts): void;
  removeWebhook(id: string): void;
  /** The current one first. */
  secrets(): readonly SecretRow[];
  /** Replaces all secrets. */
  putSecrets(rows: readonly SecretRow[]): void;
  /** Adds a delivery, and returns it; or the one by which that event is told to that address already. */
  add(row: DeliveryRow): StoredDelivery;
  find(seq: number): StoredDelivery | undefined;
  put(row: StoredDelivery): void;
  /** Returns the delivery that is due for longest and whose host is none of these. */
  nextDue(nowMs: number, notTo: readonly string[]): StoredDelivery | undefined;
  /** When the first pending delivery is due. */
  nextDueMs(): number | undefined;
  /** Newest first. */
  page(page: DeliveryPage): readonly StoredDelivery[];
  /** When the first of the deliveries ended that have ended. */
  firstEndMs(): number | undefined;
  /** Removes deliveries that ended until then. */
  purge(untilMs: number, atMost: number): void;
  /** Runs changes of which all are stored, or none. */
  transaction<Result>(work: () => Result): Result;
}
