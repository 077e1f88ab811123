import { expect, it } from "vitest";
import type { paymentProblems } from "../../src/contract/payment-problems.ts";
import { problems } from "../../src/contract/problem-table.ts";
import { fakePayingApp } from "../support/paying-app.ts";
import { stripeError } from "../support/stripe-double.ts";

/** Buys credits where Stripe answers with a status. */
async function refusedBy(status: number): Promise<Response> {
  const { open, send } = fakePayingApp(() => stripeError(status, {}));
  const { key } = await open();
  return send("POST", "/v1/top-ups", { key, body: { amount: 5_000_000 } });
}

async function withoutCard(): Promise<Response> {
  const { open, send } = fakePayingApp();
  const { key } = await open();
  return send("POST", "/v1/billing", { key, body: { low_balance: 1, auto_top_up: 5_000_000 } });
}

/** A request that is refused so, for every problem of buying credits: a row that is missing does not compile. */
const provocations: Readonly<Record<keyof typeof paymentProblems, () => Promise<Response>>> = {
  "webhook-signature-invalid": () => fakePayingApp().send("POST", "/webhooks/stripe", { body: "{}" }),
  "top-up-unavailable": withoutCard,
  "payment-provider-failed": () => refusedBy(403),
  "payment-provider-unavailable": () => refusedBy(502),
};

it.each(Object.entries(provocations))("%s is provoked by a request", async (code, provoke) => {
  const response = await provoke();
  const body = await response.json();
  const row = Object.entries(problems).find(([name]) => name === code)?.[1];
  expect([body.code, response.status]).toEqual([code, row?.status]);
  expect(response.headers.get("cache-control")).toBe("no-store");
});
