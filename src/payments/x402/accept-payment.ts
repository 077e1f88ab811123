import { sha256 } from "../../bytes/sha256.ts";
import type { Authorization, PaymentPayload } from "./schemas.ts";
import type { PaymentRequirements } from "./wire.ts";

/**
 * How long a payment must be valid still when its work begins, in seconds: as long as a request may take. Otherwise the model would work for a payment that
 * has expired by the time it is settled.
 */
export const LEAST_VALID_SECONDS = 120;

/** The longest that a payment may be valid from now on, in seconds. Its claim is stored for as long, and a day. */
export const MOST_VALID_SECONDS = 3600;

/** A payment that says what it must; whether it is signed, and covered, the facilitator knows. */
export interface Accepted {
  /** Names the payment: one authorization of one payer on one token. 64 hexadecimal digits. */
  readonly name: string;
  readonly payload: PaymentPayload;
  readonly requirements: PaymentRequirements;
  readonly authorization: Authorization;
  /** The payer's address, in lower case. */
  readonly payer: string;
  /** Digest of the signature. */
  readonly signature: string;
  /** When the authorization ends, in milliseconds since 1970. */
  readonly expiresMs: number;
}

const equalText = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** What is wrong with a payment; undefined if nothing is. Each row is a sentence for the payer. */
function mistakeOf(
  { accepted, payload: { authorization } }: PaymentPayload,
  required: PaymentRequirements,
  nowMs: number,
): string | undefined {
  const nowSeconds = BigInt(Math.floor(nowMs / 1000));
  const endSeconds = BigInt(authorization.validBefore);
  const rows: readonly (readonly [isWrong: boolean, mistake: string])[] = [
    [accepted.network !== required.network, `The payment is on ${accepted.network}; pay on ${required.network}.`],
    [!equalText(accepted.asset, required.asset), `The payment is in another token; pay in ${required.asset}.`],
    [!equalText(authorization.to, required.payTo), `The payment is to another address; pay to ${required.payTo}.`],
    [
      BigInt(authorization.value) !== BigInt(required.amount),
      `The payment is of ${authorization.value}; the price of this request is ${required.amount}.`,
    ],
    [BigInt(authorization.validAfter) > nowSeconds, "The payment is not valid yet: its validAfter is in the future."],
    [
      endSeconds > nowSeconds + BigInt(MOST_VALID_SECONDS),
      `The payment is valid for longer than ${MOST_VALID_SECONDS} seconds.`,
    ],
  ];
  return rows.find(([isWrong]) => isWrong)?.[1];
}

/** Whether a payment is valid for long enough for work to begin. */
export function isValidForWork({ expiresMs }: Accepted, nowMs: number): boolean {
  return expiresMs >= nowMs + LEAST_VALID_SECONDS * 1000;
}

/** Returns what names a payment: whoever signs the same nonce twice has made one payment. */
function nameOf({ accepted: { network, asset }, payload: { authorization } }: PaymentPayload): Promise<string> {
  const { from, nonce } = authorization;
  return sha256(JSON.stringify([network, ...[asset, from, nonce].map((text) => text.toLowerCase())]));
}

/** Returns a payment that says what is required, or what is wrong with it. Asks nobody. */
export async function acceptPayment(
  payload: PaymentPayload,
  requirements: PaymentRequirements,
  nowMs: number,
): Promise<Accepted | string> {
  const mistake = mistakeOf(payload, requirements, nowMs);
  if (mistake !== undefined) return mistake;
  const { authorization, signature } = payload.payload;
  return {
    name: await nameOf(payload),
    payload,
    requirements,
    authorization,
    payer: authorization.from.toLowerCase(),
    signature: await sha256(signature.toLowerCase()),
    expiresMs: Number(authorization.validBefore) * 1000,
  };
}
