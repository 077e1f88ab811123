import { DurableObject } from "cloudflare:workers";
import {
  type Claim,
  decideClaim,
  decideEnd,
  decideSettling,
  endOf,
  isForgettable,
  type PaymentClaim,
} from "../src/payments/x402/claim.ts";

/** The one key under which a payment is stored. */
const KEY = "claim";

/** The parameters of a verb. */
type Of<Name extends keyof PaymentClaim> = Parameters<PaymentClaim[Name]>;

/**
 * One Durable Object per payment of x402, by a digest of its chain, token, payer and nonce: one signature works once, whichever isolates it reaches. It stores one
 * value and sets an alarm; `src/payments/x402/claim.ts` decides. A payment that is void leaves nothing.
 */
export class Payments extends DurableObject implements PaymentClaim {
  async claim(...[request]: Of<"claim">) {
    return this.#keep(decideClaim(this.#stored(), request, Date.now()));
  }

  async beginSettling(...[holder, leaseForMs]: Of<"beginSettling">) {
    return this.#keep(decideSettling(this.#stored(), holder, { leaseForMs, nowMs: Date.now() }));
  }

  async end(...[holder, ending]: Of<"end">) {
    return this.#keep(decideEnd(this.#stored(), holder, ending));
  }

  /** What is still needed stays without another alarm: its payer comes back, or nobody misses it. */
  override async alarm(): Promise<void> {
    const claim = this.#stored();
    if (claim !== undefined && isForgettable(claim, Date.now())) await this.#forget();
  }

  #stored(): Claim | undefined {
    return this.ctx.storage.kv.get<Claim>(KEY);
  }

  /** Stores a state before its reply is sent: nothing waits in between, so that both are one transaction. */
  async #keep<Reply>({ reply, claim }: { readonly reply: Reply; readonly claim: Claim | undefined }): Promise<Reply> {
    // Also one whose alarm has rung before its credits were written.
    if (claim === undefined || isForgettable(claim, Date.now())) {
      await this.#forget();
      return reply;
    }
    const { storage } = this.ctx;
    const isNew = this.#stored() === undefined;
    storage.kv.put(KEY, claim);
    // A payment's end is part of what is signed, and so never changes.
    if (isNew) await storage.setAlarm(endOf(claim));
    return reply;
  }

  async #forget(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }
}
