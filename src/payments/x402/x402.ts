import type { DirectPayments } from "../../charging/direct-payment.ts";
import type { TaskRow } from "../../contract/service.ts";
import type { SignedTill } from "../../payments/signed-till.ts";
import type { BoughtAccountOptions } from "./bought-account.ts";
import { createMakeOffer } from "./offer.ts";
import { createRequestPayments } from "./request-payment.ts";
import type { SettlementOptions } from "./settlement.ts";
import type { Terms } from "./terms.ts";
import { createSignedTill } from "./top-up.ts";

/** What a deployment that takes payments of x402 is made of. */
export interface X402Options extends SettlementOptions, BoughtAccountOptions {
  readonly terms: Terms;
  readonly tasks: readonly TaskRow[];
  readonly isCacheShared: boolean;
}

/** Creates what takes payments of x402, in one isolate. */
export function createX402(options: X402Options): { readonly requests: DirectPayments; readonly till: SignedTill } {
  const { network } = options.terms;
  const makeOffer = createMakeOffer(options.terms, options.tasks);
  return {
    requests: createRequestPayments({ ...options, makeOffer }),
    till: createSignedTill({ ...options, makeOffer, network }),
  };
}
