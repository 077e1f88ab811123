import * as z from "zod";

/** The version of x402 that is spoken: 2 (specs/x402-specification-v2.md, section 5). */
export const X402_VERSION = 2;

/** What a payment must say (section 5.1). */
export interface PaymentRequirements {
  readonly scheme: "exact";
  readonly network: string;
  /** In units of the asset. */
  readonly amount: string;
  readonly asset: string;
  readonly payTo: string;
  readonly maxTimeoutSeconds: number;
  /** The EIP-712 domain of the asset. */
  readonly extra: { readonly name: string; readonly version: string };
}

/** What is paid for (section 5.1.2). */
export interface ResourceInfo {
  readonly url: string;
  readonly description: string;
  readonly mimeType: string;
  readonly serviceName: string;
}

/** The body of `PAYMENT-REQUIRED`. */
export interface PaymentRequired {
  readonly x402Version: typeof X402_VERSION;
  readonly error: string;
  readonly resource: ResourceInfo;
  readonly accepts: readonly PaymentRequirements[];
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** The body of `PAYMENT-RESPONSE` (section 5.3). */
export interface SettlementResponse {
  readonly success: boolean;
  readonly transaction: string;
  readonly network: string;
  readonly payer: string;
  readonly amount?: string;
  readonly errorReason?: string;
}

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/u);
const word = z.string().regex(/^0x[0-9a-fA-F]{64}$/u);
/** A uint256 in decimal digits; no longer than one. */
const digits = z.string().regex(/^\d{1,78}$/u);

/** An EIP-3009 authorization (section 6.1.1). Times are in seconds since 1970. */
const Authorization = z.object({
  from: address,
  to: address,
  value: digits,
  validAfter: digits,
  validBefore: digits,
  nonce: word,
});
export type Authorization = z.infer<typeof Authorization>;

/** Longest signature, in hexadecimal digits: one of a smart wallet (ERC-6492) has some thousand, a plain one 130. */
const MAX_SIGNATURE_DIGITS = 8192;

/** What of a payment is looked at. The facilitator gets all that was sent. */
export const PaymentPayload = z.looseObject({
  x402Version: z.literal(X402_VERSION),
  accepted: z.looseObject({
    scheme: z.literal("exact"),
    network: z.string(),
    amount: digits,
    asset: address,
    payTo: address,
  }),
  payload: z.looseObject({
    signature: z
      .string()
      .regex(/^0x[0-9a-fA-F]+$/u)
      .max(MAX_SIGNATURE_DIGITS),
    authorization: Authorization,
  }),
});
export type PaymentPayload = z.infer<typeof PaymentPayload>;

/** The names of the headers (specs/transports-v2/http.md). */
export const PAYMENT_HEADERS = {
  required: "payment-required",
  signature: "payment-signature",
  response: "payment-response",
} as const;

/** Longest `PAYMENT-SIGNATURE` that is read, in characters: workerd takes headers of 128 kB, and a payment with all extensions has 5. */
const MAX_HEADER_CHARACTERS = 32_768;

/** Returns a value as a header: the base64 of its JSON as UTF-8. */
export function encodeHeader(value: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function decodeHeader(text: string): unknown {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
}

/** Returns the payment in a `PAYMENT-SIGNATURE` header; undefined if it is none of this version and scheme. */
export function parsePayment(header: string): PaymentPayload | undefined {
  if (header.length > MAX_HEADER_CHARACTERS) return undefined;
  try {
    return PaymentPayload.safeParse(decodeHeader(header)).data;
  } catch {
    return undefined;
  }
}
