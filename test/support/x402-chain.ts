import * as z from "zod";
import type { Accepted } from "../../src/payments/x402/accept-payment.ts";
import type { Terms } from "../../src/payments/x402/terms.ts";
import type { Authorization } from "../../src/payments/x402/schemas.ts";
import { encodeHeader } from "../../src/payments/x402/wire.ts";

/** What the deployment of these tests is paid with. */
export const terms: Terms = {
  network: "eip155:84532",
  asset: `0x${"a5".repeat(20)}`,
  name: "USDC",
  version: "2",
  payTo: `0x${"9A".repeat(20)}`,
};

/** The address that pays. */
export const PAYER = `0x${"Fe".repeat(20)}`;

/** The only signature that the stub takes. */
const SIGNATURE = `0x${"51".repeat(65)}`;

/** What a payment says, where it is not the usual. */
export interface PaymentParts extends Partial<Authorization> {
  readonly network?: string;
  readonly asset?: string;
  readonly signature?: string;
}

/** Returns the value of a `PAYMENT-SIGNATURE`, valid for five minutes from `nowMs`. */
export function signedPayment(nowMs: number, nonce: number, amount: number, parts: PaymentParts = {}): string {
  const { network = terms.network, asset = terms.asset, signature = SIGNATURE, ...own } = parts;
  const seconds = Math.floor(nowMs / 1000);
  const authorization: Authorization = {
    from: PAYER,
    to: terms.payTo,
    value: String(amount),
    validAfter: String(seconds - 60),
    validBefore: String(seconds + 300),
    nonce: `0x${nonce.toString(16).padStart(64, "0")}`,
    ...own,
  };
  const accepted = { scheme: "exact", network, asset, amount: authorization.value, payTo: authorization.to };
  return encodeHeader({ x402Version: 2, accepted, payload: { signature, authorization } });
}

const TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
const padded = (address: string): string => `0x${address.slice(2).toLowerCase().padStart(64, "0")}`;
const Filter = z.object({ topics: z.array(z.string()) });
const hex = (value: number): string => `0x${value.toString(16)}`;

const transactionOf = (nonce: string): string => `0x${nonce.slice(-8).padStart(64, "7")}`;

/** A token's chain, on which a nonce is used once. */
export function createStubChain(now: () => number) {
  const uses = new Map<string, { readonly to: string; readonly value: string; readonly transaction: string }>();
  const use = ({ nonce, to, value }: Pick<Authorization, "nonce" | "to" | "value">): string => {
    const transaction = transactionOf(nonce);
    uses.set(nonce, { to, value, transaction });
    return transaction;
  };
  const logsOf = (nonce: string) => {
    const used = uses.get(nonce);
    if (used === undefined) return [];
    const common = { transactionHash: used.transaction, address: terms.asset };
    const data = `0x${BigInt(used.value).toString(16).padStart(64, "0")}`;
    return [
      { ...common, logIndex: "0x4", topics: ["0x98", padded(PAYER), nonce], data: "0x" },
      { ...common, logIndex: "0x5", topics: [TRANSFER, padded(PAYER), padded(used.to)], data },
    ];
  };
  const methods: Readonly<Record<string, (parameters: readonly unknown[]) => unknown>> = {
    eth_getBlockByNumber: () => ({ number: "0x10", timestamp: hex(Math.floor(now() / 1000)) }),
    eth_getLogs: ([filter]) => logsOf(Filter.parse(filter).topics[2] ?? "").slice(0, 1),
    eth_getTransactionReceipt: ([hash]) => ({
      status: "0x1",
      logs: [...uses].flatMap(([nonce, { transaction }]) => (transaction === hash ? logsOf(nonce) : [])),
    }),
  };
  return {
    uses,
    use,
    /** Units that have arrived at us. */
    paid: (): number =>
      [...uses.values()].filter(({ to }) => to === terms.payTo).reduce((sum, { value }) => sum + Number(value), 0),
    ask: ({ method, params }: { method: string; params: readonly unknown[] }) => ({
      result: methods[method]?.(params),
    }),
  };
}

/** It. */
export type StubChain = ReturnType<typeof createStubChain>;

/** A facilitator that knows its chain. */
export function createStubFacilitator(chain: StubChain) {
  const check = ({ signature, authorization: { nonce } }: Accepted["payload"]["payload"]) => {
    if (signature !== SIGNATURE) return "invalid_exact_evm_payload_signature";
    return chain.uses.has(nonce) ? "invalid_exact_evm_nonce_already_used" : undefined;
  };
  return {
    verify: (payload: Accepted["payload"]["payload"]) => {
      const invalidReason = check(payload);
      return { isValid: invalidReason === undefined, invalidReason, payer: payload.authorization.from };
    },
    settle: (payload: Accepted["payload"]["payload"]) => {
      const errorReason = check(payload);
      const common = { network: terms.network, payer: payload.authorization.from };
      if (errorReason !== undefined) return { ...common, success: false, errorReason, transaction: "" };
      return { ...common, success: true, transaction: chain.use(payload.authorization) };
    },
  };
}
