import { describe, expect, it } from "vitest";
import { MAX_AMOUNT } from "../../src/contract/micro-usd.ts";
import { createFakeLedger } from "../support/fake-ledger.ts";
import { holdOf, KEY, settlementOf } from "../support/ledger-requests.ts";
import { openAccount } from "../support/open-account.ts";

const START = Date.UTC(2026, 10, 30, 12);

async function newLedger(opening: Parameters<typeof openAccount>[1] = {}) {
  const ledger = createFakeLedger({ now: () => START });
  await openAccount(ledger, opening);
  const buy = async (id: string, more: { readonly keyHash?: string; readonly keyId?: string } = {}) => {
    const held = await ledger.hold(holdOf(id, [id], more));
    return held.type === "held" ? ledger.settle(settlementOf(id, [id], { keyId: more.keyId ?? KEY.id })) : held;
  };
  return { ledger, buy };
}

const refused = (code: string, facts: object = {}) => ({ type: "refused", code, ...facts });

describe("the terms of keys", () => {
  it("are changed with those that they were rotated from or to; what is left out stays", async () => {
    const { ledger, buy } = await newLedger({ terms: { caps: { day: 1500, total: 9000 }, tasks: ["caption"] } });
    await ledger.rotateKey({ keyId: "k1", successor: { id: "k2", hash: "h2", last4: "2222" }, graceMs: 60_000 });
    await buy("a");
    expect(await buy("b", { keyHash: "h2" })).toMatchObject(refused("key-budget-exhausted"));
    const terms = { caps: { day: null, month: 4500 }, concurrency: 3, tasks: null } as const;
    const changed = await ledger.changeKey({ keyId: "k1", name: "shop", terms, expiresMs: START + 5 });
    expect(changed).toMatchObject({ id: "k1", name: "shop", successor: "k2", expiresMs: START + 5 });
    const listed = await ledger.keys();
    const all = listed.type === "keys" ? listed.keys : [];
    const caps = { day: undefined, month: 4500, total: 9000 };
    expect(all.map((key) => [key.name, key.terms, key.expiresMs])).toEqual(
      ["k1", "k2"].map(() => [
        "shop",
        { scopes: ["infer"], tasks: undefined, caps, concurrency: 3, rates: undefined },
        START + 5,
      ]),
    );
    expect(await buy("b", { keyHash: "h2", keyId: "k2" })).toMatchObject({ type: "settled" });
  });

  it("do not change themselves, nor their successors; another key, and the operator, do", async () => {
    const { ledger } = await newLedger();
    await ledger.rotateKey({ keyId: "k1", successor: { id: "k2", hash: "h2", last4: "2222" }, graceMs: 60_000 });
    const other = { id: "k3", hash: "h3", last4: "3333", name: "other", terms: { scopes: [] }, expiresMs: null };
    await ledger.createKey(other);
    const terms = { caps: { total: 1 } };
    for (const keyId of ["k1", "k2"]) {
      expect(await ledger.changeKey({ keyId, byKeyId: "k1", terms })).toEqual(refused("own-key"));
    }
    expect(await ledger.changeKey({ keyId: "k1", byKeyId: "k3", terms })).toMatchObject({ terms });
    expect(await ledger.changeKey({ keyId: "k3", terms })).toMatchObject({ terms });
  });

  it("that have ended, or that there are not, are not changed; nor to what cannot be stored", async () => {
    const { ledger } = await newLedger();
    expect(await ledger.changeKey({ keyId: "k9" })).toEqual(refused("not-found"));
    const tooMuch = await ledger.changeKey({ keyId: "k1", terms: { caps: { day: MAX_AMOUNT + 1 } } });
    expect(tooMuch).toEqual(refused("invalid-request", { field: "terms" }));
    await ledger.revokeKey("k1");
    expect(await ledger.changeKey({ keyId: "k1", name: "new" })).toEqual(refused("not-found"));
  });
});
