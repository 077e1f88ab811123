import * as z from "zod";
import { isAccountId } from "../../accounts/key-codec.ts";
import { MAX_AMOUNT } from "../../contract/micro-usd.ts";
import { MICRO_USD_PER_CENT } from "../../contract/top-ups.ts";
import type { Fields } from "./form-body.ts";

/** What a payment is for, as its metadata say it. They are written with the secret key only: by this service, or by its operator. */
export interface PaidFor {
  readonly account: string;
  /** Credits in micro-US-dollars. */
  readonly credits: number;
}

/** The names say whose metadata they are: an operator's Stripe account has payments for other things as well. */
const ACCOUNT = "florence_edge_account";
const AMOUNT = "florence_edge_amount";

/** Returns the metadata of a payment. */
export function metadataOf({ account, credits }: PaidFor): Fields {
  return { [ACCOUNT]: account, [AMOUNT]: credits };
}

const Metadata = z.object({
  [ACCOUNT]: z.string().refine(isAccountId),
  [AMOUNT]: z
    .string()
    .regex(/^[1-9]\d*$/u)
    .transform(Number)
    .pipe(z.int().max(MAX_AMOUNT)),
});

/**
 * Returns what a payment of `cents` US cents is for; undefined if it is for nothing here. Nobody gets more credits than were paid: tax makes the payment larger, and
 * nothing makes it smaller.
 */
export function paidFor(metadata: unknown, currency: string, cents: number): PaidFor | undefined {
  const { data } = Metadata.safeParse(metadata);
  if (data === undefined || currency !== "usd" || data[AMOUNT] > cents * MICRO_USD_PER_CENT) return undefined;
  return { account: data[ACCOUNT], credits: data[AMOUNT] };
}
