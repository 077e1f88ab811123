import { describe, expect, it } from "vitest";
import { ADMIN_KEY, fakeAccountsApp } from "../support/fake-accounts.ts";

const key = ADMIN_KEY;
const grantOf = (id: string) => ({ "idempotency-key": id });

describe("the largest amounts", () => {
  const limit = 1_000_000_000_000;

  it("are taken by the ledger as by the contract: everywhere the same", async () => {
    const { json } = fakeAccountsApp();
    const terms = { credit_limit: limit, cap_month: limit };
    const { body: account } = await json("POST", "/admin/v1/accounts", { key, body: { name: "a", ...terms } });
    expect(account).toMatchObject(terms);
    const path = `/admin/v1/accounts/${account.id}`;
    expect((await json("POST", path, { key, body: terms })).status).toBe(200);
    const caps = { day: limit, month: limit, total: limit };
    expect((await json("POST", `${path}/keys`, { key, body: { caps } })).body.caps).toEqual(caps);
    const granted = await json("POST", `${path}/grants`, { key, body: { amount: limit }, headers: grantOf("a") });
    expect(granted.body.balance).toBe(limit);
  });

  it.each([{ credit_limit: limit + 1 }, { cap_month: limit + 1 }])("and no more: %j", async (terms) => {
    const { json, ledgers, open } = fakeAccountsApp();
    const { path } = await open("known", 0);
    const before = ledgers.size;
    for (const at of ["/admin/v1/accounts", path]) {
      const { status, body } = await json("POST", at, { key, body: { name: "a", ...terms } });
      expect([status, body.issues[0].path]).toEqual([400, Object.keys(terms)[0]]);
    }
    const { body } = await json("POST", `${path}/keys`, { key, body: { caps: { total: limit + 1 } } });
    expect(body.issues[0].path).toBe("caps.total");
    expect(ledgers.size).toBe(before);
  });

  it("an account whose creation is refused, or fails, is not on the list", async () => {
    const { json, accounts } = fakeAccountsApp();
    const { ledgerOf } = { ...accounts };
    const replies = [
      () => Promise.resolve({ type: "refused", code: "invalid-request", field: "name" } as const),
      () => Promise.reject(new Error("away")),
    ];
    for (const create of replies) {
      Object.assign(accounts, { ledgerOf: (id: string) => ({ ...ledgerOf(id), create }) });
      const { status } = await json("POST", "/admin/v1/accounts", { key, body: { name: "a" } });
      expect(status).toBeGreaterThanOrEqual(400);
    }
    expect((await json("GET", "/admin/v1/accounts", { key })).body.accounts).toEqual([]);
  });
});
