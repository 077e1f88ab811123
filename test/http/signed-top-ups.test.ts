import { describe, expect, it } from "vitest";
import { createMakeOffer } from "../../src/payments/x402/offer.ts";
import { createSignedTill } from "../../src/payments/x402/top-up.ts";
import { fakeAccountsApp } from "../support/fake-accounts.ts";
import { fakeTasks } from "../support/fake-service.ts";
import { headerJson } from "../support/x402-app.ts";
import { type PaymentParts, signedPayment, terms } from "../support/x402-chain.ts";
import { createX402World, lost, unreached, well } from "../support/x402-world.ts";

const AMOUNT = 1_000_000;
const SECRET = "5c0f4a1e-7f0c-4f7e-9d3f-2f6c1f1d9a10";

const away = () => Promise.reject(new Error("The account is away."));

/** The operations of accounts, with credits that requests pay for. */
function topUpApp(network = terms.network) {
  const x402 = createX402World({ hasNode: true });
  const deployment = { secret: "the deployment's" };
  let failing = new Set<string>();
  const till = () =>
    createSignedTill({
      ...x402.options,
      makeOffer: createMakeOffer({ ...terms, network }, fakeTasks),
      network,
      secret: deployment.secret,
      ledgerOf: (id) => {
        const ledger = accounts.ledgerOf(id);
        return { ...ledger, ...Object.fromEntries([...failing].map((verb) => [verb, away])) };
      },
      directory: accounts.accounts.directory,
    });
  const accounts = fakeAccountsApp("2026-11-30T00:00:00Z", {
    providers: { signed: { begin: (...order) => till().begin(...order) } },
  });
  const buy = (
    nonce: number | undefined,
    more: { key?: string; amount?: number; secret?: string; parts?: PaymentParts } = {},
  ) => {
    const { key, amount = AMOUNT, secret = SECRET, parts } = more;
    return accounts.send("POST", "/v1/top-ups", {
      ...(key !== undefined && { key }),
      body: { amount },
      headers: {
        ...(secret !== "" && { "idempotency-key": secret }),
        ...(nonce !== undefined && { "payment-signature": signedPayment(x402.world.nowMs, nonce, amount, parts) }),
      },
    });
  };
  const balanceOf = async (key: string): Promise<number> =>
    (await accounts.json("GET", "/v1/me", { key })).body.balance;
  const fail = (...verbs: readonly string[]) => void (failing = new Set(verbs));
  return { ...accounts, x402: x402.world, chain: x402.chain, claims: x402.claims, deployment, buy, balanceOf, fail };
}

describe("a top-up without a key", () => {
  it("is told what it costs, and then makes an account with its first key", async () => {
    const { buy, balanceOf, chain, json } = topUpApp();
    const unpaid = await buy(undefined);
    expect([unpaid.status, headerJson(unpaid, "payment-required")]).toMatchObject([
      402,
      { accepts: [{ amount: "1000000" }], resource: { url: "http://localhost/v1/top-ups" } },
    ]);
    const paid = await buy(1);
    const body = await paid.json();
    expect([paid.status, body]).toMatchObject([
      200,
      { status: "complete", amount: AMOUNT, balance: AMOUNT, unit: "usd-micro", url: null },
    ]);
    expect(headerJson(paid, "payment-response")).toMatchObject({ success: true, amount: "1000000" });
    expect([paid.headers.get("cache-control"), await balanceOf(body.key), chain.paid()]).toEqual([
      "no-store",
      AMOUNT,
      AMOUNT,
    ]);
    const { body: me } = await json("GET", "/v1/me", { key: body.key });
    expect([me.account.id, me.scopes.length]).toEqual([body.account, 4]);
    expect(body.key).toMatch(/^fe_test_/u);
  });

  it("repeated gives the same account and key, and no credits again", async () => {
    const { buy, balanceOf, chain, ledgers } = topUpApp();
    const first = await (await buy(1)).json();
    const again = await (await buy(1)).json();
    expect(again).toEqual(first);
    expect([ledgers.size, await balanceOf(first.key), chain.paid()]).toEqual([1, AMOUNT, AMOUNT]);
  });

  it("gives no second account with the same credits after the deployment's secret was changed", async () => {
    const { buy, accounts, chain, deployment } = topUpApp();
    await buy(1);
    deployment.secret = "another one";
    const again = await buy(1);
    expect([again.status, (await again.json()).code]).toEqual([409, "payment-in-use"]);
    const all = await accounts.directory.list({ limit: 10, after: undefined });
    expect([all.accounts.length, chain.paid()]).toEqual([1, AMOUNT]);
  });

  it("gives the key to nobody who has only read the payment on the chain", async () => {
    const { buy } = topUpApp();
    await buy(1);
    for (const secret of ["another-idempotency-key-0", SECRET.toUpperCase()]) {
      const response = await buy(1, { secret });
      expect([response.status, (await response.json()).code]).toEqual([409, "payment-in-use"]);
    }
  });

  it.each([
    ["no Idempotency-Key", "", "idempotency-key-invalid"],
    ["one that can be guessed", "top-up-1", "idempotency-key-invalid"],
  ])("is refused with %s, before anything is paid", async (_name, secret, code) => {
    const { buy, claims } = topUpApp();
    const response = await buy(1, { secret });
    expect([(await response.json()).code, claims.size]).toEqual([code, 0]);
  });

  it.each([
    [99_999, 400],
    [10_000_000_001, 400],
  ])("is refused for %d micro-US-dollars", async (amount, status) => {
    expect((await topUpApp().buy(1, { amount })).status).toBe(status);
  });

  it.each([
    ["create", "create"],
    ["the key", "createKey"],
    ["the credits", "credit"],
  ])("loses nothing if the account is away at %s", async (_name, verb) => {
    const { buy, balanceOf, chain, fail, logged } = topUpApp();
    fail(verb);
    expect((await buy(1)).status).toBe(500);
    expect([chain.paid(), logged.length]).toEqual([AMOUNT, 1]);
    fail();
    const { key } = await (await buy(1)).json();
    expect([await balanceOf(key), chain.paid()]).toEqual([AMOUNT, AMOUNT]);
  });

  it("writes nothing while it is not known whether the payment was settled", async () => {
    const { buy, x402, ledgers, chain, balanceOf } = topUpApp();
    x402.fault = (name, call) => (name === "node" ? unreached("node")(name, call) : lost("settle")(name, call));
    expect([(await buy(1)).status, ledgers.size]).toEqual([503, 0]);
    x402.fault = well;
    const { key } = await (await buy(1)).json();
    expect([await balanceOf(key), chain.paid()]).toEqual([AMOUNT, AMOUNT]);
  });

  it("is refused with a payment of another amount, and told the right one", async () => {
    const { send, x402, chain } = topUpApp();
    const headers = { "idempotency-key": SECRET, "payment-signature": signedPayment(x402.nowMs, 1, 300) };
    const response = await send("POST", "/v1/top-ups", { body: { amount: AMOUNT }, headers });
    expect([response.status, headerJson(response, "payment-required")]).toMatchObject([
      402,
      { accepts: [{ amount: "1000000" }] },
    ]);
    expect(chain.paid()).toBe(0);
  });
});

describe("a top-up with a key", () => {
  it("adds to its account, once for each payment", async () => {
    const { buy, balanceOf, open } = topUpApp();
    const { key: first } = await (await buy(1)).json();
    for (const nonce of [2, 2, 3]) expect((await buy(nonce, { key: first, secret: "" })).status).toBe(200);
    expect(await balanceOf(first)).toBe(3 * AMOUNT);
    const { key: other } = await open("Other", 0, { scopes: ["billing:write", "usage:read"] });
    // Play money of this chain is no real money, which the operator's accounts have.
    expect((await (await buy(4, { key: other })).json()).code).toBe("top-up-unavailable");
  });

  it("is refused without the scope, and the payment of one account is nothing for another", async () => {
    const { buy, json, balanceOf } = topUpApp();
    const { key } = await (await buy(1)).json();
    const { key: another } = await (await buy(2, { secret: `${SECRET}-2` })).json();
    await buy(3, { key });
    expect((await (await buy(3, { key: another })).json()).code).toBe("payment-in-use");
    const { body: made } = await json("POST", "/v1/keys", { key, body: { scopes: ["infer"] } });
    expect((await (await buy(4, { key: made.key })).json()).code).toBe("scope-missing");
    expect([await balanceOf(key), await balanceOf(another)]).toEqual([2 * AMOUNT, AMOUNT]);
  });
});
