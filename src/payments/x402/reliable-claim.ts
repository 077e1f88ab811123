import { createAsk, type ReliableLedgerOptions } from "../../charging/reliable-ledger.ts";
import { Problem } from "../../contract/problems.ts";
import type { PaymentClaim } from "./claim.ts";

/** A payment's object that is called again where that helps, and waited for not too long. Rejects with `payment-unsettled`. */
export function createReliableClaim(options: ReliableLedgerOptions<PaymentClaim>): PaymentClaim {
  const ask = createAsk(options);
  const known = async <Reply>(call: (claim: PaymentClaim) => Promise<Reply>): Promise<Reply> => {
    try {
      return await ask(call);
    } catch (cause) {
      throw new Problem("payment-unsettled", "The object of the payment did not reply.", { cause });
    }
  };
  return {
    claim: (request) => known((claim) => claim.claim(request)),
    beginSettling: (holder, leaseForMs) => known((claim) => claim.beginSettling(holder, leaseForMs)),
    end: (holder, ending) => known((claim) => claim.end(holder, ending)),
  };
}
