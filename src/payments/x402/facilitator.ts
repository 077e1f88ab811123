import type { Accepted } from "./accept-payment.ts";
import { type PostOptions, postJson } from "./json-post.ts";
import { type Outcome, outcomeOf, type Verdict, verdictOf } from "./outcome.ts";
import { X402_VERSION } from "./schemas.ts";

/** How long a verdict is waited for, in milliseconds: a facilitator asks its chain once. */
export const VERIFY_TIMEOUT_MS = 10_000;

/** How long a settlement is waited for, in milliseconds: several blocks of a chain that makes one each twelve seconds. */
export const SETTLE_TIMEOUT_MS = 45_000;

/** Whoever moves the money. Neither verb rejects: what is not known is a reply. */
export interface Facilitator {
  /** Whether a payment is signed, covered and not used. Moves nothing. */
  verify(payment: Accepted): Promise<Verdict>;
  /** Moves the money. The nonce is used once on the chain, so that asking again never pays twice. */
  settle(payment: Accepted): Promise<Outcome>;
}

/** Options of `createFacilitator`. */
export interface FacilitatorOptions extends PostOptions {
  /** The base URL, without a slash at its end. */
  readonly url: string;
  /** The value of the Authorization header; undefined for a facilitator that asks for none. */
  readonly authorization: string | undefined;
  /** Called with why there was no reply, which payers are not told. */
  readonly logFailure: (thrown: unknown) => void;
}

/** A facilitator behind HTTP (x402-specification-v2, section 7). */
export function createFacilitator({ url, authorization, logFailure, ...post }: FacilitatorOptions): Facilitator {
  const headers = authorization === undefined ? {} : { authorization };
  const ask = async <Reply>(
    path: string,
    { payload, requirements }: Accepted,
    { timeoutMs, judge }: { readonly timeoutMs: number; readonly judge: (reply: unknown) => Reply },
  ): Promise<Reply | { readonly type: "unknown"; readonly reason: string }> => {
    const body = { x402Version: X402_VERSION, paymentPayload: payload, paymentRequirements: requirements };
    try {
      return judge(await postJson(post, url + path, { body, headers, timeoutMs }));
    } catch (thrown) {
      logFailure(thrown);
      return { type: "unknown", reason: "the facilitator did not reply" };
    }
  };
  return {
    verify: (payment) =>
      ask("/verify", payment, { timeoutMs: VERIFY_TIMEOUT_MS, judge: (reply) => verdictOf(reply, payment) }),
    settle: (payment) =>
      ask("/settle", payment, { timeoutMs: SETTLE_TIMEOUT_MS, judge: (reply) => outcomeOf(reply, payment) }),
  };
}
