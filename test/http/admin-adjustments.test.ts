import { describe, expect, it } from "vitest";
import { ADMIN_KEY as key, fakeAccountsApp } from "../support/fake-accounts.ts";

const grantOf = (id: string) => ({ "idempotency-key": id });

describe("adjustments", () => {
  it("take credits away, or give them, once for each Idempotency-Key", async () => {
    const { json, open } = fakeAccountsApp();
    const { path } = await open("Acme", 100);
    const adjust = (amount: unknown, id: string) =>
      json("POST", `${path}/adjustments`, { key, body: { amount }, headers: grantOf(id) });
    expect((await adjust(-60, "one")).body).toMatchObject({ amount: -60, repeat: false, balance: 40 });
    expect((await adjust(-60, "one")).body).toMatchObject({ amount: -60, repeat: true, balance: 40 });
    expect((await adjust(-50, "one")).body.code).toBe("idempotency-key-reused");
    expect((await adjust(5, "two")).body).toMatchObject({ amount: 5, balance: 45 });
    const entries = (await json("GET", `${path}/entries`, { key })).body.entries;
    expect(entries.map(({ kind, amount }: { kind: string; amount: number }) => [kind, amount])).toEqual([
      ["adjust", 5],
      ["adjust", -60],
      ["grant", 100],
    ]);
  });

  it("take no more than there is", async () => {
    const { json, open } = fakeAccountsApp();
    const { path } = await open("Acme", 100);
    const { status, body } = await json("POST", `${path}/adjustments`, {
      key,
      body: { amount: -101 },
      headers: grantOf("one"),
    });
    expect([status, body.code, body.price, body.balance]).toEqual([402, "insufficient-credits", 101, 100]);
    expect((await json("GET", path, { key })).body.balance).toBe(100);
  });

  it.each([0, 0.5, "-5", -1_000_000_000_001, null])("of %j are refused", async (amount) => {
    const { json, open } = fakeAccountsApp();
    const { path } = await open("Acme", 100);
    const { status, body } = await json("POST", `${path}/adjustments`, {
      key,
      body: { amount },
      headers: grantOf("a"),
    });
    expect([status, body.code, body.issues[0].path]).toEqual([400, "invalid-request", "amount"]);
  });
});
