import { describe, expect, it } from "vitest";
import { ADMIN_KEY, chargeId, fakeAccountsApp } from "../support/fake-accounts.ts";

const key = ADMIN_KEY;
const CHARGE = chargeId(1);
const grantOf = (id: string) => ({ "idempotency-key": id });

/** What a refund has done, in short. */
function given({ status, body }: { status: number; body: { amount?: number; repeat?: boolean; code?: string } }) {
  return [status, body.code ?? body.amount, body.repeat];
}

describe("refunds", () => {
  it("give a charge back once, and say so when they are asked for again", async () => {
    const { json, open, charge } = fakeAccountsApp();
    const { id, key: customer, path } = await open("Acme", 1000);
    await charge(id, customer, [{ id: CHARGE, amount: 300, task: "caption" }]);
    const refund = (idempotency: string) =>
      json("POST", `${path}/refunds`, { key, body: { charge: CHARGE }, headers: grantOf(idempotency) });
    const expected = { charge: CHARGE, amount: 300, balance: 1000 };
    expect((await refund("a")).body).toMatchObject({ ...expected, repeat: false });
    expect((await refund("a")).body).toMatchObject({ ...expected, repeat: true });
    expect((await refund("b")).body).toMatchObject({ ...expected, repeat: true });
    expect((await json("GET", `${path}/audit`, { key })).body).toMatchObject({
      balance: 1000,
      entries: 3,
      violations: [],
    });
  });

  it("with a key that has given another charge back are refused, and give nothing back", async () => {
    const { json, open, charge } = fakeAccountsApp();
    const { id, key: customer, path } = await open("Acme", 1000);
    const charges = [1, 2, 3].map((index) => ({ id: chargeId(index), amount: 100 * index, task: "caption" }));
    await charge(id, customer, charges);
    const refund = async (index: number, idempotency: string) =>
      given(
        await json("POST", `${path}/refunds`, {
          key,
          body: { charge: chargeId(index) },
          headers: grantOf(idempotency),
        }),
      );
    expect(await refund(1, "a")).toEqual([200, 100, false]);
    expect(await refund(2, "a")).toEqual([422, "idempotency-key-reused", undefined]);
    expect(await refund(3, "a")).toEqual([422, "idempotency-key-reused", undefined]);
    expect(await refund(1, "b")).toEqual([200, 100, true]);
    expect(await refund(2, "b")).toEqual([422, "idempotency-key-reused", undefined]);
    expect((await json("GET", path, { key })).body.balance).toBe(500);
    // A key that found no charge is still free.
    expect(await refund(9, "c")).toEqual([404, "unknown-id", undefined]);
    expect(await refund(2, "c")).toEqual([200, 200, false]);
  });

  it("that are repeated late give no later charge of the same id back", async () => {
    const { json, open, charge, clock } = fakeAccountsApp();
    const { id, key: customer, path } = await open("Acme", 1000);
    const refund = async (idempotency: string) =>
      given(await json("POST", `${path}/refunds`, { key, body: { charge: CHARGE }, headers: grantOf(idempotency) }));
    await charge(id, customer, [{ id: CHARGE, amount: 300, task: "caption" }]);
    expect(await refund("a")).toEqual([200, 300, false]);
    expect(await refund("b")).toEqual([200, 300, true]);
    clock.nowMs += 25 * 60 * 60 * 1000;
    await charge(id, customer, [{ id: CHARGE, amount: 400, task: "caption" }]);
    expect([await refund("a"), await refund("b")]).toEqual([
      [200, 300, true],
      [200, 300, true],
    ]);
    expect((await json("GET", path, { key })).body.balance).toBe(600);
    expect(await refund("c")).toEqual([200, 400, false]);
    expect((await json("GET", `${path}/audit`, { key })).body).toMatchObject({ balance: 1000, violations: [] });
  });

  it("know only charges of the account", async () => {
    const { json, open, charge } = fakeAccountsApp();
    const [one, other] = [await open("one", 1000), await open("other", 1000)];
    await charge(one.id, one.key, [{ id: CHARGE, amount: 300, task: "caption" }]);
    const asked = { key, body: { charge: CHARGE }, headers: grantOf("a") };
    const { status, body } = await json("POST", `${other.path}/refunds`, asked);
    expect([status, body.code]).toEqual([404, "unknown-id"]);
    const wrong = await json("POST", `${one.path}/refunds`, { ...asked, body: { charge: "chg_1" } });
    expect([wrong.status, wrong.body.code]).toEqual([400, "invalid-request"]);
  });
});
