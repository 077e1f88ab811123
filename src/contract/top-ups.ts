import * as z from "zod";
import { Moment, orNull, Unit } from "./account-fields.ts";
import { GivenMicroUsd, MICRO_USD_PER_USD, MicroUsd } from "./micro-usd.ts";

/** The smallest unit that cards pay in, in micro-US-dollars: a cent. */
export const MICRO_USD_PER_CENT = MICRO_USD_PER_USD / 100;

/** The smallest top-up by card, in micro-US-dollars: of five dollars, the usual fee of 2.9 % and 30 cents is a tenth; of one, it would be a third. */
export const MIN_CARD_TOP_UP = 5 * MICRO_USD_PER_USD;

/** The largest top-up by card, in micro-US-dollars: ten thousand dollars. More is a mistake in the unit, or wants an invoice. */
export const MAX_CARD_TOP_UP = 10_000 * MICRO_USD_PER_USD;

/** The smallest top-up that a request itself pays, in micro-US-dollars: ten cents, a hundred times what its transaction costs on a cheap chain. */
export const MIN_SIGNED_TOP_UP = MICRO_USD_PER_USD / 10;

/** The largest one, in micro-US-dollars: ten thousand dollars. More is a mistake in the unit. */
export const MAX_SIGNED_TOP_UP = 10_000 * MICRO_USD_PER_USD;

/** The body of a request to buy credits. What a way of paying asks of the amount beside is checked there. */
export const TopUpBody = z
  .strictObject({
    amount: GivenMicroUsd.meta({
      description: `Credits to buy, in micro-US-dollars, before tax. By card: whole cents (a multiple of ${MICRO_USD_PER_CENT}), from ${MIN_CARD_TOP_UP} to ${MAX_CARD_TOP_UP}. With a payment of x402: from ${MIN_SIGNED_TOP_UP} to ${MAX_SIGNED_TOP_UP}.`,
    }),
    method: z.enum(["card", "x402"], "Send card or x402.").optional().meta({
      description:
        "How it is paid, where the deployment has both ways and the request has a key: `card`, the default, opens a page for a person; `x402` is paid by the request itself.",
    }),
    save_card: z
      .boolean("Send true or false.")
      .default(false)
      .meta({ description: "Whether the card is kept at Stripe, for `auto_top_up` of POST /v1/billing." }),
  })
  .meta({ id: "TopUpRequest" });

/** A top-up that was begun. */
export const TopUp = z
  .object({
    id: z.string(),
    status: z.enum(["open", "complete", "expired"]).meta({
      description: "`open`: to be paid at `url`. `complete`: paid; the credits are there when the payment has arrived.",
    }),
    amount: MicroUsd.meta({ description: "Credits that the account gets, in micro-US-dollars." }),
    unit: Unit,
    url: orNull(z.url()).meta({
      description: "The page to pay at, for a person; null once it is paid or has expired.",
    }),
    expires: orNull(Moment).meta({ description: "Until when it can be paid." }),
    account: z.string().optional().meta({ description: "Of a top-up with x402: the account that has the credits." }),
    balance: MicroUsd.optional().meta({ description: "Of a top-up with x402: what the account has now." }),
    key: z.string().optional().meta({
      description:
        "Of a top-up with x402 and without a key: the first key of a new account. A repeat with the same payment and Idempotency-Key shows it again for a day; keep it.",
    }),
  })
  .meta({ id: "TopUp" });
export type TopUp = z.infer<typeof TopUp>;
