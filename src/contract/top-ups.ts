import * as z from "zod";
import { Moment, orNull, Unit } from "./account-fields.ts";
import { GivenMicroUsd, MICRO_USD_PER_USD, MicroUsd } from "./micro-usd.ts";

/** The smallest unit that cards pay in, in micro-US-dollars: a cent. */
export const MICRO_USD_PER_CENT = MICRO_USD_PER_USD / 100;

/** The smallest top-up by card, in micro-US-dollars: of five dollars, the usual fee of 2.9 % and 30 cents is a tenth; of one, it would be a third. */
export const MIN_CARD_TOP_UP = 5 * MICRO_USD_PER_USD;

/** The largest top-up by card, in micro-US-dollars: ten thousand dollars. More is a mistake in the unit, or wants an invoice. */
export const MAX_CARD_TOP_UP = 10_000 * MICRO_USD_PER_USD;

/** The body of a request to buy credits. What a way of paying asks of the amount beside is checked there. */
export const TopUpBody = z
  .strictObject({
    amount: GivenMicroUsd.meta({
      description: `Credits to buy, in micro-US-dollars, before tax. By card: whole cents (a multiple of ${MICRO_USD_PER_CENT}), from ${MIN_CARD_TOP_UP} to ${MAX_CARD_TOP_UP}.`,
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
  })
  .meta({ id: "TopUp" });
export type TopUp = z.infer<typeof TopUp>;
