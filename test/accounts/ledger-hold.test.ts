import { describe, expect, it } from "vitest";
import { MAX_AMOUNT } from "../../src/contract/micro-usd.ts";
import { MAX_CHARGES, MAX_HOLD_MS, PAID_MS } from "../../src/accounts/ledger/limits.ts";
import { createFakeLedger } from "../support/fake-ledger.ts";
import { charge, holdOf, KEY, settlementOf } from "../support/ledger-requests.ts";
import { openAccount } from "../support/open-account.ts";

const START = Date.UTC(2026, 10, 30, 23, 59);

/** A ledger with a clock that the test moves, and an account in it. */
async function newLedger(opening: Parameters<typeof openAccount>[1] = {}) {
  const clock = { now: START };
  const ledger = createFakeLedger({ now: () => clock.now });
  await openAccount(ledger, opening);
  return { ledger, clock };
}

const refused = (code: string, facts: object = {}) => ({ type: "refused", code, ...facts });

describe("who may ask", () => {
  it("refuses a key that is unknown, revoked or expired, and one without the scope or the task", async () => {
    const { ledger, clock } = await newLedger({ terms: { tasks: ["caption"] } });
    const ask = (more: Parameters<typeof holdOf>[2]) => ledger.hold(holdOf("r", ["a"], more));
    expect(await ask({ keyHash: "guessed" })).toEqual(refused("key-invalid"));
    expect(await ask({ scope: "keys:write" })).toEqual(refused("scope-missing", { scope: "keys:write" }));
    const ocr = [charge("a"), { ...charge("b"), task: "ocr" }];
    expect(await ask({ charges: ocr })).toEqual(refused("scope-missing", { scope: "infer", task: "ocr" }));
    const second = { id: "k2", hash: "h2", last4: "2222", name: "short", terms: { scopes: ["infer"] } };
    await ledger.createKey({ ...second, expiresMs: START + 1000 });
    expect(await ask({ keyHash: "h2" })).toMatchObject({ type: "held" });
    clock.now += 1000;
    expect(await ask({ keyHash: "h2" })).toEqual(refused("key-expired", { successor: null }));
    await ledger.revokeKey(KEY.id);
    expect(await ask({})).toEqual(refused("key-revoked"));
  });

  it("admits nothing to a closed account, but settles what it holds; reopened, all is as before", async () => {
    const { ledger } = await newLedger();
    await ledger.hold(holdOf("r1", ["a"]));
    await ledger.update({ status: "closed" });
    expect(await ledger.hold(holdOf("r2", ["b"]))).toEqual(refused("account-closed"));
    expect(await ledger.settle(settlementOf("r1", ["a"]))).toMatchObject({ type: "settled", charged: 1500 });
    expect(await ledger.settle(settlementOf("r2", ["b"]))).toEqual(refused("account-closed"));
    await ledger.update({ status: "open" });
    expect(await ledger.hold(holdOf("r2", ["b"]))).toMatchObject({ type: "held" });
  });

  it("asks the rate only for keys that are valid, and admits nothing beyond it", async () => {
    const asked: string[] = [];
    const ledger = createFakeLedger({
      countRequest: (key) => {
        asked.push(key.id);
        return { isAllowed: asked.length < 2, decisions: [] };
      },
    });
    await openAccount(ledger);
    await ledger.hold(holdOf("r", ["a"], { keyHash: "guessed" }));
    expect(asked).toEqual([]);
    expect(await ledger.hold(holdOf("r", ["a"]))).toMatchObject({ type: "held", rate: { isAllowed: true } });
    expect(await ledger.hold(holdOf("r", ["b"]))).toMatchObject(refused("rate-limited"));
    expect(await ledger.audit()).toMatchObject({ holds: 1 });
  });

  it.each([
    ["an amount that is not whole", { charges: [charge("a", 0.5)] }, "charges"],
    ["a negative amount", { charges: [charge("a", -1)] }, "charges"],
    ["an amount beyond any price", { charges: [charge("a", MAX_AMOUNT + 1)] }, "charges"],
    ["an empty id", { charges: [charge("")] }, "charges"],
    ["too many charges", { charges: Array.from({ length: MAX_CHARGES + 1 }, (_, n) => charge(`${n}`)) }, "charges"],
    ["a hold that lasts too long", { holdMs: MAX_HOLD_MS + 1 }, "holdMs"],
    ["a maximum that is not a number", { maxPrice: NaN }, "maxPrice"],
    [
      "a long idempotency key",
      { idempotency: { key: "k".repeat(256), fingerprint: "f", isExclusive: false } },
      "idempotency",
    ],
  ])("refuses %s", async (_, more, field) => {
    const { ledger } = await newLedger();
    expect(await ledger.hold(holdOf("r", ["a"], more))).toEqual(refused("invalid-request", { field }));
  });
});

describe("what may be spent", () => {
  it("counts what is held and the credit limit, to the last micro-dollar", async () => {
    const { ledger } = await newLedger({ credit: 2000, account: { creditLimit: 1000 } });
    expect(await ledger.hold(holdOf("r1", ["a", "b"]))).toMatchObject({ price: 3000, balance: 2000 });
    const more = { charges: [charge("c", 1)] };
    const facts = { price: 1, balance: 2000, held: 3000, creditLimit: 1000 };
    expect(await ledger.hold(holdOf("r2", [], more))).toEqual(refused("insufficient-credits", facts));
    await ledger.release({ requestId: "r1", ids: ["b"] });
    expect(await ledger.hold(holdOf("r2", [], more))).toMatchObject({ type: "held", price: 1 });
  });

  it("holds all charges of a request, or none; and an id once", async () => {
    const { ledger } = await newLedger({ credit: 4000 });
    expect(await ledger.hold(holdOf("r1", ["a", "b", "c"]))).toMatchObject(
      refused("insufficient-credits", { price: 4500 }),
    );
    expect(await ledger.audit()).toMatchObject({ holds: 0 });
    expect(await ledger.hold(holdOf("r1", ["a", "b", "a"]))).toMatchObject({ price: 3000 });
  });

  it("holds nothing above the caller's maximum", async () => {
    const { ledger } = await newLedger();
    const over = refused("price-above-maximum", { price: 3000, maximum: 2999 });
    expect(await ledger.hold(holdOf("r", ["a", "b"], { maxPrice: 2999 }))).toEqual(over);
    expect(await ledger.hold(holdOf("r", ["a", "b"], { maxPrice: 3000 }))).toMatchObject({ price: 3000 });
  });

  it("says which cap of a key stops it, and until when", async () => {
    const day = { period: "day", cap: 2000, used: 1500, price: 1500, resetsMs: Date.UTC(2026, 11, 1) };
    const { ledger, clock } = await newLedger({ terms: { caps: { day: 2000, month: 4000, total: 6000 } } });
    const buy = async (id: string) => {
      const held = await ledger.hold(holdOf(id, [id]));
      return held.type === "held" ? (await ledger.settle(settlementOf(id, [id]))).type : held;
    };
    expect(await buy("a")).toBe("settled");
    expect(await buy("b")).toEqual(refused("key-budget-exhausted", day));
    clock.now = Date.UTC(2026, 11, 1);
    expect(await buy("b")).toBe("settled");
    clock.now = Date.UTC(2026, 11, 2);
    expect(await buy("c")).toBe("settled");
    clock.now = Date.UTC(2026, 11, 3);
    const month = { period: "month", cap: 4000, used: 3000, price: 1500, resetsMs: Date.UTC(2027, 0, 1) };
    expect(await buy("d")).toEqual(refused("key-budget-exhausted", month));
    clock.now = Date.UTC(2027, 0, 1);
    expect(await buy("d")).toBe("settled");
    clock.now = Date.UTC(2027, 1, 1);
    const total = { period: "total", cap: 6000, used: 6000, price: 1500, resetsMs: null };
    expect(await buy("e")).toEqual(refused("key-budget-exhausted", total));
  });

  it("gives no second budget for a day to a clock that jumps back", async () => {
    const { ledger, clock } = await newLedger({ terms: { caps: { day: 2000 } } });
    clock.now = Date.UTC(2026, 11, 1);
    await ledger.hold(holdOf("a", ["a"]));
    await ledger.settle(settlementOf("a", ["a"]));
    clock.now = START;
    expect(await ledger.hold(holdOf("b", ["b"]))).toMatchObject(refused("key-budget-exhausted", { used: 1500 }));
  });

  it("stops the account at its cap of a month, whichever key asks", async () => {
    const { ledger } = await newLedger({ account: { capMonth: 2000 } });
    await ledger.createKey({
      ...KEY,
      id: "k2",
      hash: "h2",
      name: "second",
      terms: { scopes: ["infer"] },
      expiresMs: null,
    });
    await ledger.hold(holdOf("a", ["a"]));
    const facts = { cap: 2000, used: 1500, price: 1500, resetsMs: Date.UTC(2026, 11, 1) };
    expect(await ledger.hold(holdOf("b", ["b"], { keyHash: "h2" }))).toEqual(refused("spend-cap-reached", facts));
  });

  it("counts requests, not charges, against the concurrency; who joins a hold adds none", async () => {
    const { ledger } = await newLedger({ terms: { concurrency: 2 } });
    await ledger.hold(holdOf("r1", ["a", "b"]));
    await ledger.hold(holdOf("r1", ["c"]));
    await ledger.hold(holdOf("r2", ["d"]));
    expect(await ledger.hold(holdOf("r3", ["e"]))).toEqual(refused("too-many-at-once", { limit: 2 }));
    expect(await ledger.hold(holdOf("r2 again", ["d"]))).toMatchObject({ type: "held" });
    await ledger.release({ requestId: "r1", ids: ["a", "b", "c"] });
    expect(await ledger.hold(holdOf("r3", ["e"]))).toMatchObject({ type: "held" });
  });
});

/** A request with an idempotency key. */
const keyed = (fingerprint: string, isExclusive = false) => ({ idempotency: { key: "i", fingerprint, isExclusive } });

describe("an idempotency key", () => {
  it("is for one payload, for 24 hours", async () => {
    const { ledger, clock } = await newLedger();
    await ledger.hold(holdOf("r1", ["a"], keyed("one")));
    expect(await ledger.hold(holdOf("r2", ["b"], keyed("two")))).toEqual(refused("idempotency-key-reused"));
    expect(await ledger.hold(holdOf("r2", ["a"], keyed("one")))).toMatchObject({ type: "held" });
    clock.now += PAID_MS;
    expect(await ledger.hold(holdOf("r3", ["b"], keyed("two")))).toMatchObject({ type: "held" });
  });

  it("refuses a second request while the first holds money, where they share no work; then it is free", async () => {
    const { ledger } = await newLedger();
    await ledger.hold(holdOf("r1", ["a"], keyed("one", true)));
    const inProgress = refused("idempotency-in-progress", { retryAfterMs: 120_000 });
    expect(await ledger.hold(holdOf("r2", ["a"], keyed("one", true)))).toEqual(inProgress);
    await ledger.settle(settlementOf("r1", ["a"]));
    expect(await ledger.hold(holdOf("r2", ["a"], keyed("one", true)))).toMatchObject({ price: 0 });
  });

  it("does not stay in progress after a failure or a crash, and is not used up by a refusal", async () => {
    const { ledger, clock } = await newLedger();
    const ask = (requestId: string) => ledger.hold(holdOf(requestId, ["a"], keyed("one", true)));
    await ledger.hold(holdOf("r0", ["a"], { ...keyed("zero"), maxPrice: 0 }));
    await ask("r1");
    await ledger.release({ requestId: "r1", ids: ["a"] });
    expect(await ask("r2")).toMatchObject({ type: "held" });
    clock.now += 120_000;
    expect(await ask("r3")).toMatchObject({ type: "held" });
  });
});
