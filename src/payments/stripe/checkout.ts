import type * as z from "zod";
import type { KeyMode } from "../../accounts/key-codec.ts";
import { sha256 } from "../../bytes/sha256.ts";
import { Problem } from "../../contract/problems.ts";
import { MAX_CARD_TOP_UP, MICRO_USD_PER_CENT, MIN_CARD_TOP_UP } from "../../contract/top-ups.ts";
import { MICRO_USD, usdText } from "../../contract/micro-usd.ts";
import type { BillingOf, Till, TopUpOrder } from "../../payments/till.ts";
import type { Fields } from "./form-body.ts";
import { metadataOf } from "./paid-for.ts";
import type { AskStripe } from "./stripe-api.ts";
import { stripeSchemas } from "./stripe-objects.ts";
import { stripeProblem } from "./stripe-problem.ts";

/** What the pages of a deployment have in common. */
export interface CheckoutOptions {
  readonly ask: AskStripe;
  /** Which money the secret key takes: an account with the other kind cannot buy here. */
  readonly money: KeyMode;
  readonly billingOf: BillingOf;
  /** Whether Stripe computes tax and adds it to the price. */
  readonly hasTax: boolean;
  /** Where payers come back to; empty: to the page at the API's own address. */
  readonly returnUrl: string;
}

const unusable = (message: string): Problem =>
  new Problem("invalid-request", `amount: ${message}`, { issues: [{ path: "amount", message }] });

/** Throws `invalid-request` for an amount that no card is charged with. */
function checkAmount(amount: number): void {
  if (amount % MICRO_USD_PER_CENT !== 0) throw unusable(`Send whole cents: a multiple of ${MICRO_USD_PER_CENT}.`);
  if (amount >= MIN_CARD_TOP_UP && amount <= MAX_CARD_TOP_UP) return;
  throw unusable(`Send ${MIN_CARD_TOP_UP} to ${MAX_CARD_TOP_UP} micro-US-dollars.`);
}

function checkMoney(own: KeyMode, taken: KeyMode): void {
  if (own === taken) return;
  const kinds = { live: "real money", test: "play money" } as const;
  throw new Problem(
    "top-up-unavailable",
    `The account has ${kinds[own]}, and this deployment sells ${kinds[taken]}: use a key that begins with fe_${taken}_.`,
  );
}

/** The request for a Checkout Session: one payment, whose PaymentIntent says what it is for. */
function sessionFields(
  { account, amount, savesCard, origin }: TopUpOrder,
  payer: Fields,
  { hasTax, returnUrl }: CheckoutOptions,
): Fields {
  const metadata = metadataOf({ account, credits: amount });
  const back = returnUrl === "" ? `${origin}/` : returnUrl;
  return {
    mode: "payment",
    client_reference_id: account,
    success_url: back,
    cancel_url: back,
    metadata,
    payment_intent_data: { metadata, ...(savesCard && { setup_future_usage: "off_session" }) },
    ...payer,
    line_items: {
      0: {
        quantity: 1,
        price_data: {
          currency: "usd",
          unit_amount: amount / MICRO_USD_PER_CENT,
          tax_behavior: "exclusive",
          product_data: { name: "Credits", description: `${usdText(amount)} US dollars of credits` },
        },
      },
    },
    // Paid in the currency that the ledger has.
    adaptive_pricing: { enabled: false },
    ...(hasTax && { automatic_tax: { enabled: true } }),
  };
}

/** Who pays: somebody, or, if the card is to be saved, the account's customer, who is made with the first such payment. */
async function payerOf({ account, savesCard }: TopUpOrder, { billingOf }: CheckoutOptions): Promise<Fields> {
  if (!savesCard) return {};
  const billing = await billingOf(account).billing();
  if (billing.type === "refused" || billing.customer === null) return { customer_creation: "always" };
  return { customer: billing.customer };
}

/** The key under which Stripe opens one page: of the account as well, so that two accounts with one key have two pages. */
async function sessionKey({ account, idempotencyKey }: TopUpOrder): Promise<string | undefined> {
  return idempotencyKey === undefined
    ? undefined
    : `florence-edge-top-up-${await sha256(`${account}\n${idempotencyKey}`)}`;
}

/** Sells credits on Stripe's Checkout pages. */
export function createCheckout(options: CheckoutOptions): Till {
  const { ask, money } = options;
  return {
    open: async (order) => {
      checkMoney(order.money, money);
      checkAmount(order.amount);
      const idempotencyKey = await sessionKey(order);
      try {
        const fields = sessionFields(order, await payerOf(order, options), options);
        const session = stripeSchemas().newSession.parse(
          await ask({ method: "POST", path: "/v1/checkout/sessions", fields, idempotencyKey }),
        );
        return topUpOf(session, order.amount);
      } catch (thrown) {
        throw stripeProblem(thrown);
      }
    },
  };
}

function topUpOf(
  { id, url, status, expires_at: expires }: z.infer<ReturnType<typeof stripeSchemas>["newSession"]>,
  amount: number,
) {
  return {
    id,
    status: status ?? "open",
    amount,
    unit: MICRO_USD,
    url: url ?? null,
    expires: typeof expires === "number" ? new Date(expires * 1000).toISOString() : null,
  } as const;
}
