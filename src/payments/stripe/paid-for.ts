import { MICRO_USD_PER_CENT } from "../../contract/top-ups.ts";
import type { Fields } from "./form-body.ts";
import { ACCOUNT_METADATA, AMOUNT_METADATA, stripeSchemas } from "./stripe-objects.ts";

/** What a payment is for, as its metadata say it. They are written with the secret key only: by this service, or by its operator. */
export interface PaidFor {
  readonly account: string;
  /** Credits in micro-US-dollars. */
  readonly credits: number;
}

/** Returns the metadata of a payment. */
export function metadataOf({ account, credits }: PaidFor): Fields {
  return { [ACCOUNT_METADATA]: account, [AMOUNT_METADATA]: credits };
}

/**
 * Returns what a payment of `cents` US cents is for; undefined if it is for nothing here. Nobody gets more credits than were paid: tax makes the payment larger, and
 * nothing makes it smaller.
 */
export function paidFor(metadata: unknown, currency: string, cents: number): PaidFor | undefined {
  const { data } = stripeSchemas().metadata.safeParse(metadata);
  if (data === undefined || currency !== "usd") return undefined;
  const { [ACCOUNT_METADATA]: account, [AMOUNT_METADATA]: credits } = data;
  return credits > cents * MICRO_USD_PER_CENT ? undefined : { account, credits };
}
