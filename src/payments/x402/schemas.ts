import * as z from "zod";

/** The version of x402 that is spoken: 2 (specs/x402-specification-v2.md, section 5). */
export const X402_VERSION = 2;

/** Longest signature, in hexadecimal digits: one of a smart wallet (ERC-6492) has some thousand, a plain one 130. */
const MAX_SIGNATURE_DIGITS = 8192;

/** Schemas of payments (section 5.2). */
function paymentSchemas() {
  const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/u);
  /** A uint256 in decimal digits; no longer than one. */
  const digits = z.string().regex(/^\d{1,78}$/u);
  const authorization = z.object({
    from: address,
    to: address,
    value: digits,
    validAfter: digits,
    validBefore: digits,
    nonce: z.string().regex(/^0x[0-9a-fA-F]{64}$/u),
  });
  const signature = z
    .string()
    .regex(/^0x[0-9a-fA-F]+$/u)
    .max(MAX_SIGNATURE_DIGITS);
  const accepted = z.looseObject({
    scheme: z.literal("exact"),
    network: z.string(),
    amount: digits,
    asset: address,
    payTo: address,
  });
  /** What of a payment is looked at. The facilitator gets all that was sent. */
  const payment = z.looseObject({
    x402Version: z.literal(X402_VERSION),
    accepted,
    payload: z.looseObject({ signature, authorization }),
  });
  return { payment, authorization };
}

/** Schemas of a facilitator's replies (sections 5.3 and 5.4). Fields that the specification calls optional may be null as well. */
function facilitatorSchemas() {
  const text = z.string().nullish();
  return {
    settled: z.object({
      success: z.boolean(),
      transaction: z.string().default(""),
      network: z.string().optional(),
      payer: text,
      amount: text,
      errorReason: text,
    }),
    verified: z.object({ isValid: z.boolean(), invalidReason: text, payer: text }),
  };
}

/** Schemas of a node's results. */
function nodeSchemas() {
  const hex = z.string().regex(/^0x[0-9a-f]+$/iu);
  const log = z.object({ transactionHash: hex, logIndex: hex, address: hex, topics: z.array(hex), data: z.string() });
  return {
    reply: z.object({ result: z.unknown() }),
    block: z.object({ number: hex, timestamp: hex }),
    logs: z.array(log),
    receipt: z.object({ status: hex, logs: z.array(log) }),
  };
}

function makeSchemas() {
  return { ...paymentSchemas(), ...facilitatorSchemas(), ...nodeSchemas() };
}

/** What others say in x402. */
export type X402Schemas = ReturnType<typeof makeSchemas>;

let made: X402Schemas | undefined;

/** Returns the schemas of what others say in x402, made by the first who needs them: a deployment that takes no payments never does. */
export function x402Schemas(): X402Schemas {
  return (made ??= makeSchemas());
}

/** An EIP-3009 authorization (section 6.1.1). Times are in seconds since 1970. */
export type Authorization = z.infer<X402Schemas["authorization"]>;

/** A payment as it came. */
export type PaymentPayload = z.infer<X402Schemas["payment"]>;
