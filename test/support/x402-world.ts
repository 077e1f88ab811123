import type { Accepted } from "../../src/payments/x402/accept-payment.ts";
import { createProve } from "../../src/payments/x402/chain.ts";
import {
  type Claim,
  decideClaim,
  decideEnd,
  decideSettling,
  type PaymentClaim,
} from "../../src/payments/x402/claim.ts";
import { createFacilitator } from "../../src/payments/x402/facilitator.ts";
import { createReliableClaim } from "../../src/payments/x402/reliable-claim.ts";
import type { SettlementOptions } from "../../src/payments/x402/settlement.ts";
import type { Terms } from "../../src/payments/x402/terms.ts";
import { type Authorization, encodeHeader } from "../../src/payments/x402/wire.ts";
import { nextTask } from "./tiny-backend.ts";

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

/** What is called: a verb of a payment's object, or another server. */
export type Call = keyof PaymentClaim | "verify" | "settle" | "node";

/** What happens to a call: it runs `call`, or does not, or loses its reply, or never ends. */
export type Fault = (name: Call, call: () => Promise<unknown>) => Promise<unknown>;

/** Nothing is wrong. */
export const well: Fault = (_name, call) => call();

/** These calls do not arrive. */
export const unreached =
  (...names: readonly Call[]): Fault =>
  (name, call) =>
    names.includes(name) ? Promise.reject(new Error(`${name}: away`)) : call();

/** These calls are done, and their replies are lost. */
export const lost =
  (...names: readonly Call[]): Fault =>
  async (name, call) => {
    const reply = await call();
    if (names.includes(name)) throw new Error(`${name}: lost`);
    return reply;
  };

/** Whoever makes one of these calls is killed before it arrives, or after it is done. */
export const killed =
  (when: "before" | "after", ...names: readonly Call[]): Fault =>
  async (name, call) => {
    if (!names.includes(name)) return call();
    if (when === "after") await call();
    return new Promise(() => {});
  };

/** These calls get another reply than the right one. */
export const says =
  (name: Call, reply: (right: object) => object): Fault =>
  async (called, call) => {
    const right = await call();
    return called === name ? reply(Object(right)) : right;
  };

/** This call is not made, and gets a reply. */
export const instead =
  (name: Call, reply: object): Fault =>
  (called, call) =>
    called === name ? Promise.resolve(reply) : call();

const TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
const padded = (address: string): string => `0x${address.slice(2).toLowerCase().padStart(64, "0")}`;
const hex = (value: number): string => `0x${value.toString(16)}`;

/** A token's chain, on which a nonce is used once. */
function createStubChain(now: () => number) {
  const uses = new Map<string, { readonly to: string; readonly value: string; readonly transaction: string }>();
  const transactionOf = (nonce: string): string => `0x${nonce.slice(-8).padStart(64, "7")}`;
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
  const methods: Readonly<Record<string, (parameters: readonly never[]) => unknown>> = {
    eth_getBlockByNumber: () => ({ number: "0x10", timestamp: hex(Math.floor(now() / 1000)) }),
    eth_getLogs: ([filter]: readonly { topics: string[] }[]) => logsOf(filter?.topics[2] ?? "").slice(0, 1),
    eth_getTransactionReceipt: ([hash]: readonly string[]) => ({
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
    ask: ({ method, params }: { method: string; params: readonly never[] }) => ({ result: methods[method]?.(params) }),
  };
}

type StubChain = ReturnType<typeof createStubChain>;

/** A facilitator that knows its chain. */
function createStubFacilitator(chain: StubChain) {
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

/** Payments in memory: objects by the real rules, a chain, a facilitator and a node, all of which can fail. */
export function createX402World({ hasNode = false }: { readonly hasNode?: boolean } = {}) {
  const world = {
    nowMs: Date.UTC(2026, 10, 30),
    fault: well,
    calls: new Array<Call>(),
    /** The time that a reply takes. */
    travel: nextTask,
  };
  const now = (): number => world.nowMs;
  const claims = new Map<string, Claim>();
  const chain = createStubChain(now);
  const facilitator = createStubFacilitator(chain);
  const run = async <Reply>(name: Call, call: () => Reply): Promise<Reply> => {
    world.calls.push(name);
    const said = await world.fault(name, async () => {
      const reply = call();
      await world.travel();
      return reply;
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a fault may say something else
    return structuredClone(said) as Reply;
  };
  const keep = <Reply>(name: string, step: { readonly reply: Reply; readonly claim: Claim | undefined }): Reply => {
    if (step.claim === undefined) claims.delete(name);
    else claims.set(name, step.claim);
    return step.reply;
  };
  const objectOf = (name: string): PaymentClaim => ({
    claim: (request) => run("claim", () => keep(name, decideClaim(claims.get(name), request, now()))),
    beginSettling: (holder, leaseForMs) =>
      run("beginSettling", () =>
        keep(name, decideSettling(claims.get(name), holder, { leaseForMs, nowMs: now() })),
      ),
    end: (holder, ending) => run("end", () => keep(name, decideEnd(claims.get(name), holder, ending))),
  });
  const post = {
    fetch: async (url: string, { body }: RequestInit) => {
      const sent = JSON.parse(String(body));
      const { pathname } = new URL(url);
      if (pathname === "/node") return Response.json(await run("node", () => chain.ask(sent)));
      const { payload } = sent.paymentPayload;
      if (pathname === "/verify") return Response.json(await run("verify", () => facilitator.verify(payload)));
      return Response.json(await run("settle", () => facilitator.settle(payload)));
    },
    timeout: () => new AbortController().signal,
  };
  const logFailure = (): void => {};
  let holders = 0;
  const options: SettlementOptions = {
    claimOf: (name) =>
      createReliableClaim({
        connect: () => objectOf(name),
        sleep: (_, signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", reject)),
        random: () => 0.5,
      }),
    facilitator: createFacilitator({ ...post, url: "https://facilitator.test", authorization: undefined, logFailure }),
    prove: hasNode ? createProve("https://chain.test/node", post, logFailure) : undefined,
    newHolder: () => `holder-${(holders += 1)}`,
    workMs: 150_000,
    now,
  };
  return { world, claims, chain, options };
}
