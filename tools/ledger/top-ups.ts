import { setTimeout as sleep } from "node:timers/promises";
import { EventReceipt } from "../../src/contract/payment-operations.ts";
import { createRandom, type Random } from "../../test/support/random.ts";
import { eventBody, paymentOf, sessionOf, signatureOf } from "../../test/support/stripe-double.ts";
import { RICH_ACCOUNTS } from "./questions.ts";

/** The secret with which a campaign signs events as Stripe does. */
export const WEBHOOK_SECRET = "whsec_campaign";

/** Senders at once. */
const SENDERS = 2;

/** Events of a payment that are sent after one had a success: Stripe sends at least once, and in no order. */
const REPEATS = 3;

/** The wait before an event without a success is sent again, in milliseconds, and before the campaign has come far enough for the next payment. */
const AGAIN_MS = 150;
const POLL_MS = 20;

/** What Stripe would wait for a reply, in milliseconds. */
const NO_ANSWER_MS = 20_000;

/** What became of the events of one payment. */
export interface TopUpTold {
  /** The PaymentIntent's id. */
  readonly payment: string;
  /** Which account it is for: an index. */
  readonly account: number;
  /** In micro-US-dollars. */
  readonly amount: number;
  /** What the API said of each event; undefined for one that had no success. */
  readonly received: readonly (EventReceipt["received"] | undefined)[];
}

/** Where events are sent, and how far the campaign is. */
export interface TopUpsOptions {
  readonly seed: number;
  /** Payments, each for another account than the one before. */
  readonly count: number;
  readonly url: () => URL;
  readonly accountOf: (index: number) => string;
  /** Resolves when the API takes requests. */
  readonly open: () => Promise<void>;
  /** The share of the campaign that is over, in 0..1. */
  readonly progress: () => number;
}

/** Sends an event, signed now, as each attempt of Stripe is. A connection that breaks is no success; a success that says nothing of this API throws an error. */
async function sendEvent(body: string, url: URL): Promise<EventReceipt["received"] | undefined> {
  const headers = {
    "content-type": "application/json",
    "stripe-signature": await signatureOf(body, Math.floor(Date.now() / 1000), WEBHOOK_SECRET),
  };
  const request = { method: "POST", headers, body, signal: AbortSignal.timeout(NO_ANSWER_MS) };
  const response = await fetch(new URL("/webhooks/stripe", url), request).catch(() => undefined);
  const reply: unknown = response?.ok === true ? await response.json().catch(() => undefined) : undefined;
  return reply === undefined ? undefined : EventReceipt.parse(reply).received;
}

/** Tells of a payment until it had a success, and then some times more. */
async function tell(number: number, random: Random, options: TopUpsOptions): Promise<TopUpTold> {
  const { seed, url, accountOf, open } = options;
  const account = number % RICH_ACCOUNTS;
  const cents = 500 + random.below(1000);
  const payment = paymentOf(accountOf(account), cents, { id: `pi_${seed}_${number}` });
  const received: TopUpTold["received"][number][] = [];
  for (let left = REPEATS; left > 0;) {
    await open();
    const [type, object] = random.once(2)
      ? (["payment_intent.succeeded", payment] as const)
      : (["checkout.session.completed", sessionOf(payment)] as const);
    const told = await sendEvent(eventBody(type, object, { livemode: false }), url());
    received.push(told);
    if (told === undefined) await sleep(AGAIN_MS);
    else left -= 1;
  }
  return { payment: payment.id, account, amount: cents * 10_000, received };
}

/** Tells of payments as Stripe does, spread over the campaign. */
export async function sendTopUps(options: TopUpsOptions): Promise<readonly TopUpTold[]> {
  const { seed, count, progress } = options;
  const random = createRandom(seed + 2);
  const told: TopUpTold[] = [];
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < count) {
      const number = next;
      next += 1;
      while (progress() < number / count) await sleep(POLL_MS);
      told.push(await tell(number, random, options));
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return told;
}
