import type { Delivered, Delivery } from "../accounts/ledger/deliveries.ts";
import { signEvent, type WebhookSecret } from "../webhooks/signature.ts";

/** How long the operator's server may take, in milliseconds. */
const EVENT_TIMEOUT_MS = 10_000;

/** Where the operator wants to be told of accounts. */
export interface OperatorEventsOptions {
  readonly url: string;
  /** The secret with which events are signed. */
  readonly secret: WebhookSecret;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly timeout: (milliseconds: number) => AbortSignal;
  readonly now: () => number;
}

/** An event's body. Amounts are micro-US-dollars. */
function eventBody({ row, account, billing, entry }: Delivery): string {
  const data = { account: account.id, balance: account.balance, threshold: billing.lowBalance, entry: row.seq };
  const at = new Date(entry?.atMs ?? row.nextMs).toISOString();
  return JSON.stringify({ type: `account.${row.kind}`, timestamp: at, data });
}

/** Tells the operator of accounts. Its id is the same in each attempt, so that a receiver can ignore what it has. Never rejects. */
export function createOperatorEvents(options: OperatorEventsOptions) {
  const { url, secret, fetch, timeout, now } = options;
  return async (delivery: Delivery): Promise<Delivered> => {
    const body = eventBody(delivery);
    const id = `${delivery.account.id}.${delivery.row.id}`;
    try {
      const headers = {
        "content-type": "application/json",
        ...(await signEvent({ id, body, nowMs: now() }, [secret])),
      };
      const signal = timeout(EVENT_TIMEOUT_MS);
      const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
      await response.body?.cancel();
      return response.ok ? { type: "delivered" } : { type: "later", isAway: true };
    } catch {
      return { type: "later", isAway: true };
    }
  };
}
