import type * as z from "zod";
import type { Accepted } from "./accept-payment.ts";
import { type X402Schemas, x402Schemas } from "./schemas.ts";

/** What a facilitator says of a settlement, as far as it can be believed. `unknown` is also what contradicts itself: the money may have moved. */
export type Outcome =
  | { readonly type: "settled"; readonly transaction: string }
  | { readonly type: "refused"; readonly reason: string }
  | { readonly type: "unknown"; readonly reason: string };

/** What a facilitator says of a payment before the work. */
export type Verdict =
  | { readonly type: "valid" }
  | { readonly type: "invalid"; readonly reason: string }
  | { readonly type: "unknown"; readonly reason: string };

/** Longest reason that is passed on, in characters. */
const MAX_REASON = 100;

const reasonOf = (text: string | null | undefined): string =>
  (text ?? "no reason").replaceAll(/[^\w .:-]/gu, " ").slice(0, MAX_REASON);

/**
 * Reasons that say that a facilitator sent nothing to the chain: found before it signs a transaction, or by its estimate. Names of x402's specification (section 9)
 * and of its own facilitator for EVM. Not here, and so unknown: a nonce that is used, perhaps by this very payment; a simulation, which such a nonce fails;
 * `settlement_pending`; a transaction that "failed", perhaps only to be heard of; and every reason that nobody here has heard of.
 */
const nothingSent: ReadonlySet<string> = new Set([
  "insufficient_funds",
  "invalid_exact_evm_insufficient_balance",
  "invalid_exact_evm_payload_signature",
  "invalid_exact_evm_signature",
  "invalid_exact_evm_failed_to_parse_signature",
  "invalid_exact_evm_payload_authorization_valid_after",
  "invalid_exact_evm_payload_authorization_valid_before",
  "invalid_exact_evm_payload_authorization_value",
  "invalid_exact_evm_payload_authorization_value_mismatch",
  "invalid_exact_evm_authorization_value",
  "invalid_exact_evm_payload_recipient_mismatch",
  "invalid_exact_evm_recipient_mismatch",
  "invalid_exact_evm_network_mismatch",
  "invalid_exact_evm_scheme",
  "invalid_exact_evm_missing_eip712_domain",
  "invalid_exact_evm_token_name_mismatch",
  "invalid_exact_evm_token_version_mismatch",
  "invalid_exact_evm_eip3009_not_supported",
  "asset_not_deployed_contract",
  "eip6492_factory_not_allowed",
  "invalid_network",
  "invalid_payload",
  "invalid_payment_requirements",
  "invalid_scheme",
  "unsupported_scheme",
  "unsupported_payload_type",
  "invalid_x402_version",
]);

const isSameText = (said: string | null | undefined, own: string): boolean =>
  said === undefined || said === null || said.toLowerCase() === own.toLowerCase();

/** What contradicts a success; undefined if nothing does. What the specification calls optional may be left out. */
function lieIn(
  { transaction, network, payer, amount }: z.infer<X402Schemas["settled"]>,
  { requirements, payer: own }: Accepted,
): string | undefined {
  if (!/^0x[0-9a-fA-F]{64}$/u.test(transaction)) return "success without a transaction";
  if (network !== requirements.network) return "success on another network";
  if (!isSameText(payer, own)) return "success of another payer";
  return isSameText(amount, requirements.amount) ? undefined : "success of another amount";
}

/** Judges a reply to `POST /settle`. */
export function outcomeOf(reply: unknown, payment: Accepted): Outcome {
  const { data } = x402Schemas().settled.safeParse(reply);
  if (data === undefined) return { type: "unknown", reason: "the facilitator's reply cannot be read" };
  if (!data.success) {
    const isNothingSent = data.transaction === "" && nothingSent.has(data.errorReason ?? "");
    return { type: isNothingSent ? "refused" : "unknown", reason: reasonOf(data.errorReason) };
  }
  const lie = lieIn(data, payment);
  return lie === undefined ? { type: "settled", transaction: data.transaction } : { type: "unknown", reason: lie };
}

/** Judges a reply to `POST /verify`. */
export function verdictOf(reply: unknown, { payer }: Accepted): Verdict {
  const { data } = x402Schemas().verified.safeParse(reply);
  if (data === undefined) return { type: "unknown", reason: "the facilitator's reply cannot be read" };
  if (!data.isValid) return { type: "invalid", reason: reasonOf(data.invalidReason) };
  return isSameText(data.payer, payer) ? { type: "valid" } : { type: "unknown", reason: "a verdict on another payer" };
}
