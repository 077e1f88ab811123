import { ATTEMPT_SECONDS, type AttemptError } from "../contract/webhooks.ts";
import type { AttemptOutcome } from "./delivery.ts";
import { signEvent, type WebhookSecret } from "./signature.ts";

/** Headers of every attempt, the same for all: nothing of the caller's request is forwarded. */
const HEADERS = { "content-type": "application/json", "user-agent": "florence-edge (webhooks)" } as const;

/** Looks whether an address may be asked. Returns why not. Rejects if that cannot be found out, or with the signal's reason. */
export type CheckAddress = (url: string, signal: AbortSignal) => Promise<AttemptError | undefined>;

/** What an attempt needs. */
export interface AttemptOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly timeout: (milliseconds: number) => AbortSignal;
  readonly now: () => number;
  readonly check: CheckAddress;
}

/** An event as it is sent. */
export interface SentEvent {
  readonly id: string;
  readonly url: string;
  readonly body: string;
  readonly secrets: readonly WebhookSecret[];
}

/** Sends an event. Never rejects. */
export type SendEvent = (event: SentEvent) => Promise<AttemptOutcome>;

/** Ends a body that nobody reads, which closes its connection: a receiver may send as much as it likes, for as long as it likes. */
function discard({ body }: Response): void {
  body?.cancel().catch(() => {});
}

/**
 * Creates what sends an event to an address that a caller has named: the address is looked at before each attempt, a redirect is not followed, and only the status of the answer
 * counts.
 */
export function createSendEvent({ fetch, timeout, now, check }: AttemptOptions): SendEvent {
  return async ({ id, url, body, secrets }) => {
    const signal = timeout(ATTEMPT_SECONDS * 1000);
    try {
      const error = await check(url, signal);
      if (error !== undefined) return { error };
      const headers = { ...HEADERS, ...(await signEvent({ id, body, nowMs: now() }, secrets)) };
      const response = await fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
      discard(response);
      return { status: response.status };
    } catch {
      return { error: signal.aborted ? "timeout" : "unreachable" };
    }
  };
}
