import * as z from "zod";
import { orNull, Unit } from "./account-fields.ts";
import { LimitMicroUsd, MicroUsd } from "./micro-usd.ts";
import { MAX_CARD_TOP_UP, MICRO_USD_PER_CENT, MIN_CARD_TOP_UP } from "./top-ups.ts";

const atCard = `Send whole cents from ${MIN_CARD_TOP_UP} to ${MAX_CARD_TOP_UP} micro-US-dollars, or none.`;

const terms = {
  low_balance: z
    .union([LimitMicroUsd, z.literal("none")], "Send micro-US-dollars, or none.")
    .optional()
    .meta({ description: "The balance below which it is low; `none`: never." }),
  auto_top_up: z
    .union(
      [
        z.int(atCard).min(MIN_CARD_TOP_UP, atCard).max(MAX_CARD_TOP_UP, atCard).multipleOf(MICRO_USD_PER_CENT, atCard),
        z.literal("none"),
      ],
      atCard,
    )
    .optional()
    .meta({
      description:
        "Credits to buy with the saved card whenever the balance becomes low, at least `low_balance`; `none`: nothing is bought.",
    }),
};

/** The body of a request to change when an account's balance is low, and what happens then. */
export const BillingChangesBody = z.strictObject(terms).meta({ id: "BillingChangesRequest" });

/** The same for the operator, who may also say who is billed. */
export const AccountBillingBody = z
  .strictObject({
    ...terms,
    customer: z
      .union(
        [z.string().regex(/^cus_\w{1,200}$/u), z.literal("none")],
        "Send the id of a customer at Stripe: cus_…, or none.",
      )
      .optional()
      .meta({
        description:
          "The customer at Stripe who is billed for a postpaid account. Another one ends automatic purchases.",
      }),
  })
  .meta({ id: "AccountBillingRequest" });

/** How an account pays. */
export const Billing = z
  .object({
    unit: Unit,
    low_balance: orNull(MicroUsd),
    auto_top_up: orNull(MicroUsd),
    has_card: z.boolean().meta({ description: "Whether a card was saved, by a top-up with `save_card`." }),
    customer: orNull(z.string()).meta({ description: "The account's customer at Stripe." }),
  })
  .meta({ id: "Billing" });
export type Billing = z.infer<typeof Billing>;
