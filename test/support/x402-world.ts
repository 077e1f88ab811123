import { createGuard } from "../../src/charging/guard.ts";
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
import { nextTask } from "./tiny-backend.ts";
import { createStubChain, createStubFacilitator } from "./x402-chain.ts";

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

const logFailure = (): void => {};

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
      run("beginSettling", () => keep(name, decideSettling(claims.get(name), holder, { leaseForMs, nowMs: now() }))),
    end: (holder, ending) => run("end", () => keep(name, decideEnd(claims.get(name), holder, ending))),
  });
  const post = {
    fetch: async (url: string, { body }: RequestInit) => {
      const sent = JSON.parse(typeof body === "string" ? body : "");
      const { pathname } = new URL(url);
      if (pathname === "/node") return Response.json(await run("node", () => chain.ask(sent)));
      const { payload } = sent.paymentPayload;
      if (pathname === "/verify") return Response.json(await run("verify", () => facilitator.verify(payload)));
      return Response.json(await run("settle", () => facilitator.settle(payload)));
    },
    timeout: () => new AbortController().signal,
  };
  let holders = 0;
  const options: SettlementOptions = {
    claimOf: (name) =>
      createReliableClaim({
        connect: () => objectOf(name),
        after: () => () => {},
        random: () => 0.5,
      }),
    guard: createGuard({ requests: undefined, unknownKeys: undefined, now }),
    facilitator: createFacilitator({ ...post, url: "https://facilitator.test", authorization: undefined, logFailure }),
    prove: hasNode ? createProve("https://chain.test/node", post, logFailure) : undefined,
    newHolder: () => `holder-${(holders += 1)}`,
    workMs: 150_000,
    now,
  };
  return { world, claims, chain, options };
}
