import { describe, expect, it } from "vitest";
import { MAX_AMOUNT } from "../../src/contract/micro-usd.ts";
import { MAX_GRACE_MS, MAX_KEYS, MAX_PAGE } from "../../src/accounts/ledger/limits.ts";
import { createFakeLedger } from "../support/fake-ledger.ts";
import { charge, holdOf, KEY, settlementOf } from "../support/ledger-requests.ts";
import { openAccount } from "../support/open-account.ts";

const START = Date.UTC(2026, 10, 30, 12);

async function newLedger(opening: Parameters<typeof openAccount>[1] = {}) {
  const clock = { now: START };
  const ledger = createFakeLedger({ now: () => clock.now });
  await openAccount(ledger, opening);
  const buy = async (id: string, more: Parameters<typeof holdOf>[2] & { readonly keyId?: string } = {}) => {
    const { charges = [charge(id)], keyId = KEY.id } = more;
    const held = await ledger.hold(holdOf(id, [id], more));
    return held.type === "held" ? ledger.settle(settlementOf(id, [id], { charges, keyId })) : held;
  };
  return { ledger, clock, buy };
}

const refused = (code: string, facts: object = {}) => ({ type: "refused", code, ...facts });

describe("an account", () => {
  it("is created once, with a balance of 0", async () => {
    const ledger = createFakeLedger({ now: () => START });
    expect(await ledger.describe()).toEqual(refused("not-found"));
    const account = { id: "acct", name: "Acme", mode: "prepaid", creditLimit: 0, capMonth: null } as const;
    const created = {
      ...account,
      money: "live",
      type: "account",
      status: "open",
      balance: 0,
      held: 0,
      createdMs: START,
    };
    expect(await ledger.create(account)).toEqual(created);
    expect(await ledger.create({ ...account, name: "Other" })).toEqual(created);
    expect(await ledger.create(account)).toEqual(await ledger.describe());
  });

  it.each([
    ["name", { name: "" }],
    ["name", { name: "n".repeat(101) }],
    ["creditLimit", { creditLimit: -1 }],
    ["creditLimit", { creditLimit: 0.5 }],
    ["capMonth", { capMonth: -1 }],
  ])("has a valid %s", async (field, update) => {
    const { ledger } = await newLedger();
    expect(await ledger.update(update)).toEqual(refused("invalid-request", { field }));
  });
});

describe("a credit", () => {
  it("is written once for each kind and reference, and is spendable at once", async () => {
    const { ledger, buy } = await newLedger({ credit: 0 });
    expect(await buy("a")).toMatchObject(refused("insufficient-credits", { balance: 0 }));
    const credit = { kind: "top-up", ref: "pi_1", amount: 1500 } as const;
    expect(await ledger.credit(credit)).toEqual({ type: "credited", seq: 1, isRepeat: false, balance: 1500 });
    expect(await buy("a")).toMatchObject({ type: "settled", balance: 0 });
    expect(await ledger.credit(credit)).toEqual({ type: "credited", seq: 1, isRepeat: true, balance: 0 });
    expect(await ledger.credit({ ...credit, amount: 1 })).toEqual(refused("idempotency-key-reused"));
    expect(await ledger.credit({ ...credit, kind: "grant" })).toMatchObject({ isRepeat: false, balance: 1500 });
  });

  it.each([-1, 0, 0.5, NaN, Infinity, MAX_AMOUNT + 1])("of %s is refused, and writes nothing", async (amount) => {
    const { ledger } = await newLedger();
    const invalid = refused("invalid-request", { field: "amount" });
    expect(await ledger.credit({ kind: "grant", ref: "g", amount })).toEqual(invalid);
    expect(await ledger.audit()).toMatchObject({ entries: 1, balance: 10_000 });
  });

  it("may be a correction downwards, but takes nothing that is held", async () => {
    const { ledger } = await newLedger();
    await ledger.hold(holdOf("r", ["a"]));
    const correct = (ref: string, amount: number) => ledger.credit({ kind: "adjust", ref, amount });
    expect(await correct("c1", -8501)).toMatchObject(refused("insufficient-credits", { balance: 10_000, held: 1500 }));
    expect(await correct("c1", -8500)).toMatchObject({ balance: 1500 });
  });
});

const numberedKey = (n: number) => ({ id: `n${n}`, hash: `hn${n}`, last4: "0000", name: "n", terms: { scopes: [] } });

describe("keys", () => {
  it("are listed without their hashes, and made once", async () => {
    const { ledger } = await newLedger();
    const request = { ...KEY, id: "k2", hash: "h2", name: "second", terms: { scopes: [] }, expiresMs: null };
    const made = await ledger.createKey(request);
    expect(await ledger.createKey(request)).toEqual(made);
    expect(await ledger.createKey({ ...request, hash: "h3" })).toEqual(refused("key-id-taken"));
    const list = await ledger.keys();
    expect(list).toMatchObject({ keys: [{ id: "k1" }, { id: "k2", name: "second", last4: "wxyz" }] });
    expect(JSON.stringify(list)).not.toContain("h2");
  });

  it("have a number that is limited", async () => {
    const { ledger } = await newLedger();
    for (let n = 1; n < MAX_KEYS; n += 1) await ledger.createKey({ ...numberedKey(n), expiresMs: null });
    const more = await ledger.createKey({ ...numberedKey(MAX_KEYS), expiresMs: null });
    expect(more).toEqual(refused("too-many-keys", { limit: MAX_KEYS }));
  });

  it("share one budget after a rotation, and the old one ends after its grace", async () => {
    const { ledger, clock, buy } = await newLedger({ terms: { caps: { total: 4500 }, concurrency: 1 } });
    await buy("a");
    const rotation = { keyId: "k1", successor: { id: "k2", hash: "h2", last4: "2222" }, graceMs: 60_000 };
    const successor = await ledger.rotateKey(rotation);
    expect(successor).toMatchObject({ id: "k2", name: "first", terms: { caps: { total: 4500 } }, successor: null });
    clock.now += 1000;
    expect(await ledger.rotateKey(rotation)).toEqual(successor);
    const other = { ...rotation, successor: { id: "k3", hash: "h3", last4: "3333" } };
    expect(await ledger.rotateKey(other)).toEqual(refused("key-rotated", { successor: "k2" }));
    await ledger.hold(holdOf("open", ["b"]));
    expect(await buy("c", { keyHash: "h2" })).toEqual(refused("too-many-at-once", { limit: 1 }));
    await ledger.settle(settlementOf("open", ["b"]));
    expect(await buy("c", { keyHash: "h2", keyId: "k2" })).toMatchObject({ type: "settled" });
    expect(await buy("d", { keyHash: "h2" })).toMatchObject(refused("key-budget-exhausted", { used: 4500 }));
    clock.now += 59_000;
    expect(await buy("d")).toEqual(refused("key-expired", { successor: "k2" }));
    expect(await ledger.status("h2")).toMatchObject({ key: { id: "k2" }, spent: { day: 4500, total: 4500 } });
  });

  it("are not rotated when they have ended, nor with a grace that is too long", async () => {
    const { ledger } = await newLedger();
    const rotation = { keyId: "k1", successor: { id: "k2", hash: "h2", last4: "2222" }, graceMs: 0 };
    const tooLong = await ledger.rotateKey({ ...rotation, graceMs: MAX_GRACE_MS + 1 });
    expect(tooLong).toEqual(refused("invalid-request", { field: "graceMs" }));
    await ledger.revokeKey("k1");
    expect(await ledger.rotateKey(rotation)).toEqual(refused("not-found"));
    expect(await ledger.revokeKey("nobody")).toEqual(refused("not-found"));
  });

  it("that are revoked can still settle what they hold, and nothing more", async () => {
    const { ledger, clock } = await newLedger();
    await ledger.hold(holdOf("r", ["a"]));
    expect(await ledger.revokeKey("k1")).toMatchObject({ revokedMs: START });
    clock.now += 1;
    expect(await ledger.revokeKey("k1")).toMatchObject({ revokedMs: START });
    expect(await ledger.settle(settlementOf("r", ["a"]))).toMatchObject({ charged: 1500 });
    expect(await ledger.settle(settlementOf("r", ["b"]))).toEqual(refused("key-revoked"));
  });
});

describe("what was charged", () => {
  it("is listed newest first, in pages, by kind, key and charge", async () => {
    const { ledger, buy } = await newLedger();
    for (const id of ["a", "b", "c"]) await buy(id);
    await ledger.refund(["b"]);
    const kinds = ["charge", "refund"] as const;
    const first = await ledger.entries({ kinds, limit: 3 });
    expect(first).toMatchObject({ entries: [{ ref: "b", kind: "refund" }, { ref: "c" }, { ref: "b" }], next: 3 });
    expect(await ledger.entries({ kinds, limit: 3, before: 3 })).toMatchObject({ entries: [{ ref: "a" }], next: null });
    const one = await ledger.entries({ kinds, limit: 9, ref: "b" });
    expect(one).toMatchObject({
      entries: [
        { amount: 1500, reverses: 3 },
        { amount: -1500, requestId: "b" },
      ],
    });
    expect(await ledger.entries({ kinds, limit: 9, keyId: "k2" })).toMatchObject({ entries: [] });
    const tooMany = await ledger.entries({ kinds, limit: MAX_PAGE + 1 });
    expect(tooMany).toEqual(refused("invalid-request", { field: "limit" }));
  });

  it("is summed by the UTC day of the charge, key and task; a refund counts for the day of its charge", async () => {
    const { ledger, clock, buy } = await newLedger();
    await buy("a");
    await buy("b", { charges: [{ ...charge("b", 200), task: "ocr" }] });
    clock.now = Date.UTC(2026, 11, 1);
    await buy("c");
    await ledger.refund(["a"]);
    const november = { day: "2026-11-30", keyId: "k1" };
    const rows = [
      { ...november, task: "caption", answers: 1, amount: 1500, refunded: 1500 },
      { ...november, task: "ocr", answers: 1, amount: 200, refunded: 0 },
      { day: "2026-12-01", keyId: "k1", task: "caption", answers: 1, amount: 1500, refunded: 0 },
    ];
    const query = { from: "2026-11-30", to: "2026-12-01", limit: 10 };
    expect(await ledger.usage(query)).toEqual({ type: "usage", rows });
    expect(await ledger.usage({ ...query, to: "2026-11-30", limit: 1 })).toEqual({ type: "usage", rows: [rows[0]] });
    expect(await ledger.usage({ ...query, after: rows[0], limit: 1 })).toEqual({ type: "usage", rows: [rows[1]] });
    expect(await ledger.status(KEY.hash)).toMatchObject({
      spent: { day: 1500, month: 1500, total: 1700, accountMonth: 1500 },
    });
  });

  it("is told to the biller of postpaid accounts only", async () => {
    const { ledger, buy } = await newLedger({ credit: 0, account: { mode: "postpaid", creditLimit: 1500 } });
    expect(await buy("a")).toMatchObject({ type: "settled", balance: -1500 });
    expect(await buy("b")).toMatchObject(refused("insufficient-credits", { creditLimit: 1500 }));
    expect(await ledger.audit()).toMatchObject({ violations: [] });
  });
});
