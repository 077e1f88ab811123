import { describe, expect, it } from "vitest";
import { ADMIN_KEY } from "../support/fake-accounts.ts";
import { fakePayingApp } from "../support/paying-app.ts";

describe("how an account pays", () => {
  it("is nothing before it is said", async () => {
    const { open, json } = fakePayingApp();
    const { key } = await open();
    const nothing = { unit: "usd-micro", low_balance: null, auto_top_up: null, has_card: false, customer: null };
    expect((await json("GET", "/v1/billing", { key })).body).toEqual(nothing);
  });

  it("is said by its owner, and each part stays until it is said anew", async () => {
    const { open, json, ledgerOf } = fakePayingApp();
    const { id, key } = await open();
    await ledgerOf(id).setBilling({ customer: "cus_1", card: "pm_1" });
    const change = async (body: object) => (await json("POST", "/v1/billing", { key, body })).body;
    expect(await change({ low_balance: 2_000_000 })).toMatchObject({ low_balance: 2_000_000, auto_top_up: null });
    expect(await change({ auto_top_up: 5_000_000 })).toMatchObject({ low_balance: 2_000_000, auto_top_up: 5_000_000 });
    expect(await change({ auto_top_up: "none" })).toMatchObject({ low_balance: 2_000_000, auto_top_up: null });
    expect(await change({ low_balance: "none" })).toMatchObject({
      low_balance: null,
      has_card: true,
      customer: "cus_1",
    });
  });

  it.each([
    [{ auto_top_up: 5_000_000 }, "invalid-request"],
    [{ low_balance: 6_000_000, auto_top_up: 5_000_000 }, "invalid-request"],
    [{ low_balance: 1, auto_top_up: 4_990_000 }, "invalid-request"],
    [{ low_balance: 1, auto_top_up: 5_000_001 }, "invalid-request"],
    [{ low_balance: -1 }, "invalid-request"],
    [{ customer: "cus_2" }, "invalid-request"],
  ])("is not %j", async (body, code) => {
    const { open, json, ledgerOf } = fakePayingApp();
    const { id, key } = await open();
    await ledgerOf(id).setBilling({ customer: "cus_1", card: "pm_1" });
    expect((await json("POST", "/v1/billing", { key, body })).body.code).toBe(code);
  });

  it("is said by the operator, with the customer; another one has another card", async () => {
    const { open, json, ledgerOf } = fakePayingApp();
    const { id, path } = await open();
    await ledgerOf(id).setBilling({ customer: "cus_1", card: "pm_1", lowBalance: 1, autoTopUp: 5_000_000 });
    const { body } = await json("POST", `${path}/billing`, { key: ADMIN_KEY, body: { customer: "cus_2" } });
    expect(body).toMatchObject({ customer: "cus_2", has_card: false, auto_top_up: null, low_balance: 1 });
    expect((await json("GET", `${path}/billing`, { key: ADMIN_KEY })).body).toEqual(body);
    const wrong = await json("POST", `${path}/billing`, { key: ADMIN_KEY, body: { customer: "Acme" } });
    expect(wrong.body.code).toBe("invalid-request");
  });

  it("is nobody else's business", async () => {
    const { open, json } = fakePayingApp();
    const { key, path } = await open("Acme", 0, { scopes: ["infer"] });
    expect((await json("GET", "/v1/billing", { key })).body.code).toBe("scope-missing");
    expect((await json("GET", `${path}/billing`, { key })).body.code).toBe("admin-key-invalid");
  });
});
