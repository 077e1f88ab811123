import { type PaymentPayload, x402Schemas } from "./schemas.ts";

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
  readonly x402Version: 2;
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
    return x402Schemas().payment.safeParse(decodeHeader(header)).data;
  } catch {
    return undefined;
  }
}
