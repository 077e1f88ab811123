import type { Delivered, Delivery } from "../accounts/ledger/deliveries.ts";

/** How long the operator's server may take, in milliseconds. */
const EVENT_TIMEOUT_MS = 10_000;

/** Where the operator wants to be told of accounts. */
export interface OperatorEventsOptions {
  readonly url: string;
  /** The secret with which events are signed: the text after `whsec_` in base64, as Standard Webhooks has it. */
  readonly secret: Uint8Array<ArrayBuffer>;
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

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCodePoint(...new Uint8Array(bytes)));
}

/** Returns the headers of Standard Webhooks (github.com/standard-webhooks/standard-webhooks, 1.0.0): an HMAC-SHA-256 of the id, the time and the body. */
async function signedHeaders(id: string, body: string, { secret, now }: OperatorEventsOptions) {
  const seconds = String(Math.floor(now() / 1000));
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`${id}.${seconds}.${body}`));
  return { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": `v1,${base64(signature)}` };
}

/** Tells the operator of accounts. Its id is the same in each attempt, so that a receiver can ignore what it has. Never rejects. */
export function createOperatorEvents(options: OperatorEventsOptions) {
  const { url, fetch, timeout } = options;
  return async (delivery: Delivery): Promise<Delivered> => {
    const body = eventBody(delivery);
    const id = `${delivery.account.id}.${delivery.row.id}`;
    try {
      const headers = { "content-type": "application/json", ...(await signedHeaders(id, body, options)) };
      const signal = timeout(EVENT_TIMEOUT_MS);
      const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
      await response.body?.cancel();
      return response.ok ? { type: "delivered" } : { type: "later", isAway: true };
    } catch {
      return { type: "later", isAway: true };
    }
  };
}
