import { expect, it, vi } from "vitest";
import { MAX_KEYS } from "../../src/accounts/ledger/limits.ts";
import type { accountProblems } from "../../src/contract/account-problems.ts";
import type { accountRouteProblems } from "../../src/contract/account-route-problems.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { chargeId, fakeAccountsApp, strangersKey } from "../support/fake-accounts.ts";
import { createJobWorld } from "../support/job-world.ts";
import { createPaidWorld } from "../support/paid-app.ts";
import { captionRequest, groundingRequest } from "../support/paid-requests.ts";
import { createX402App, unkeyed } from "../support/x402-app.ts";
import { unreached } from "../support/x402-world.ts";

type World = ReturnType<typeof createPaidWorld>;
type Opened = Awaited<ReturnType<World["open"]>>;
type Open = Parameters<World["open"]>;

/** Asks for a caption with a key of an account that was opened so, after something was done with it. */
async function refusedAnswer(
  open: Partial<Open>,
  headers: Readonly<Record<string, string>> = {},
  before: (account: Opened) => Promise<unknown> = async () => undefined,
): Promise<Response> {
  const [credit = 1000, terms, account] = open;
  const { isolate, open: openAccount } = createPaidWorld();
  const opened = await openAccount(credit, terms, account);
  await before(opened);
  return isolate().app.request(...captionRequest(opened.key, headers));
}

/** Asks for something while the same key's first question is in progress. */
async function whileInProgress(terms: Open[1], headers: Readonly<Record<string, string>>): Promise<Response> {
  const { world, isolate, open } = createPaidWorld();
  const gate = Promise.withResolvers<undefined>();
  world.work = () => gate.promise;
  const { key, holds } = await open(10_000, terms);
  const { app } = isolate();
  const first = app.request(...captionRequest(key, headers));
  await vi.waitFor(() => expect(holds()).toBe(1));
  const [path, init] = terms === undefined ? captionRequest(key, headers) : groundingRequest(key, 1);
  const second = await app.request(path, init);
  gate.resolve(undefined);
  expect((await first).status).toBe(200);
  return second;
}

/** Asks for two things, one after the other. */
async function afterAnother(terms: Open[1], headers: Readonly<Record<string, string>>): Promise<Response> {
  const { isolate, open } = createPaidWorld();
  const { key } = await open(10_000, terms);
  const { app } = isolate();
  expect((await app.request(...captionRequest(key, headers))).status).toBe(200);
  return app.request(...captionRequest(key, headers, "?beams=2"));
}

async function withoutLedger(): Promise<Response> {
  const { world, isolate, open } = createPaidWorld();
  const { key } = await open(1000);
  world.fault = () => Promise.reject(new Error("The account is away."));
  return isolate().app.request(...captionRequest(key));
}

async function asHolder(method: string, path: string): Promise<Response> {
  const { open, send } = fakeAccountsApp();
  const { key } = await open();
  return send(method, path, { key });
}

async function rotatedTwice(): Promise<Response> {
  const { open, send } = fakeAccountsApp();
  const { key, keyId } = await open();
  await send("POST", `/v1/keys/${keyId}/rotate`, { key });
  return send("POST", `/v1/keys/${keyId}/rotate`, { key });
}

async function oneKeyTooMany(): Promise<Response> {
  const { open, send, ledgerOf } = fakeAccountsApp();
  const { id, key } = await open();
  for (let number = 1; number < MAX_KEYS; number += 1) {
    const made = { id: String(number), hash: String(number), last4: "0000" };
    await ledgerOf(id).createKey({ ...made, name: "key", terms: { scopes: [] }, expiresMs: null });
  }
  return send("POST", "/v1/keys", { key, body: {} });
}

/** Asks without a key, with a payment of this amount, and once before if `before` is another query. */
async function unkeyedAnswer(amount: number | undefined, before?: string, isAway = false): Promise<Response> {
  const { isolate, sign, x402 } = createX402App();
  const { app } = isolate();
  const payment = amount === undefined ? {} : sign(1, amount);
  if (before !== undefined) await app.request(...unkeyed(payment, before));
  if (isAway) x402.fault = unreached("settle");
  return app.request(...unkeyed(payment));
}

/** Asks for an answer later without a key, where payments may come with requests. */
async function paidLater(): Promise<Response> {
  const { isolate } = createX402App();
  const { mount } = createJobWorld();
  return isolate({ more: { jobs: mount } }).app.request(...unkeyed({}, "?async=true"));
}

const rotate = ({ ledger, keyId }: Opened) =>
  ledger.rotateKey({ keyId, successor: { id: "next", hash: "next", last4: "0000" }, graceMs: 0 });
const anew = { "cache-control": "no-store", "idempotency-key": "a" };
const rates = [{ name: "requests", requests: 1, seconds: 60 }];

/** A request that is refused so, for every problem that only deployments with accounts have: a row that is missing does not compile. */
const provocations: Readonly<
  Record<keyof typeof accountProblems | keyof typeof accountRouteProblems, () => Promise<Response>>
> = {
  "key-missing": () => refusedAnswer([], { authorization: "" }),
  "key-invalid": () => refusedAnswer([], { authorization: `Bearer ${strangersKey()}` }),
  "key-expired": () => refusedAnswer([], {}, rotate),
  "key-revoked": () => refusedAnswer([], {}, ({ ledger, keyId }) => ledger.revokeKey(keyId)),
  "scope-missing": () => refusedAnswer([1000, { scopes: ["usage:read"] }]),
  "account-closed": () => refusedAnswer([], {}, ({ ledger }) => ledger.update({ status: "closed" })),
  "insufficient-credits": () => refusedAnswer([299]),
  "key-budget-exhausted": () => refusedAnswer([1000, { caps: { day: 299 } }]),
  "spend-cap-reached": () => refusedAnswer([1000, {}, { capMonth: 299 }]),
  "price-above-maximum": () => refusedAnswer([], { "max-price": "299" }),
  "idempotency-in-progress": () => whileInProgress(undefined, anew),
  "rate-limited": () => afterAnother({ rates }, {}),
  "too-many-at-once": () => whileInProgress({ concurrency: 1 }, {}),
  "ledger-unavailable": withoutLedger,
  "async-needs-key": paidLater,
  "payment-required": () => unkeyedAnswer(undefined),
  "payment-invalid": () => unkeyedAnswer(299),
  "payment-in-use": () => unkeyedAnswer(300, "?max_new_tokens=250"),
  "payment-unsettled": () => unkeyedAnswer(300, undefined, true),
  "admin-key-invalid": () => asHolder("GET", "/admin/v1/accounts"),
  "unknown-id": () => asHolder("GET", `/v1/charges/${chargeId(1)}`),
  "key-rotated": rotatedTwice,
  "too-many-keys": oneKeyTooMany,
};

it.each(Object.entries(provocations))("%s is provoked by a request", async (code, provoke) => {
  const response = await provoke();
  const body = await response.json();
  const row = Object.entries(problems).find(([name]) => name === code)?.[1];
  expect([body.code, response.status]).toEqual([code, row?.status]);
  expect(response.headers.get("cache-control")).toBe("no-store");
});
