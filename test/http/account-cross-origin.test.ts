import { expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import { chargeId, fakeAccountsApp } from "../support/fake-accounts.ts";
import { fakeApp } from "../support/fake-service.ts";

const preflight = {
  method: "OPTIONS",
  headers: { origin: "https://shop.example", "access-control-request-method": "DELETE" },
};
const listOf = (response: Response, name: string) => (response.headers.get(name) ?? "").split(",");
const ALLOWED = "access-control-allow-headers";
const METHODS = "access-control-allow-methods";
const EXPOSED = "access-control-expose-headers";

const requestFields = ["Max-Price", "X-API-Key"];
const responseFields = ["Charge", "Balance", "RateLimit", "RateLimit-Policy"];

it("pages of other origins may send and read the fields of accounts, where there are accounts", async () => {
  const response = await fakeAccountsApp().app.request("/v1/keys/abc", preflight);
  expect(listOf(response, ALLOWED)).toEqual(expect.arrayContaining(["Authorization", ...requestFields]));
  expect(listOf(response, EXPOSED)).toEqual(expect.arrayContaining(responseFields));
  expect(listOf(response, METHODS)).toContain("DELETE");
});

it("and are told of none where there are not", async () => {
  const response = await fakeApp().app.request("/v1/caption", preflight);
  const named = [ALLOWED, EXPOSED, METHODS].flatMap((name) => listOf(response, name));
  expect(named.filter((name) => [...requestFields, ...responseFields].includes(name))).toEqual([]);
});

const away = () => Promise.reject(new Problem("ledger-unavailable", "The account did not reply."));

it.each([
  ["GET", "/v1/me", {}],
  ["GET", "/v1/usage", {}],
  ["GET", `/v1/charges/${chargeId(1)}`, {}],
  ["GET", "/v1/charges?format=csv", {}],
  ["POST", "/v1/keys", { body: {} }],
])(
  "an account that cannot be reached is the same problem everywhere, and may be asked again: %s %s",
  async (method, path, sent) => {
    const { open, json, send, ledgerOf } = fakeAccountsApp();
    const { id, key } = await open();
    const ledger = ledgerOf(id);
    Object.assign(ledger, path === "/v1/me" ? { status: away } : { usage: away, entries: away, createKey: away });
    const { status, body } = await json(method, path, { key, ...sent });
    expect([status, body.code, body.retryable]).toEqual([503, "ledger-unavailable", true]);
    expect((await send(method, path, { key, ...sent })).headers.get("retry-after")).toMatch(/^\d+$/u);
  },
);
