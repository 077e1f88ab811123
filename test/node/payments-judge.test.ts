import { expect, it } from "vitest";
import { judgePayments, paymentLines } from "../../tools/ledger/payments/judge-payments.ts";
import type { PaidAttempt, PaidRequests } from "../../tools/ledger/payments/payers.ts";
import { cleanPayments } from "../support/clean-campaign.ts";

type Change = (payments: PaidRequests) => PaidRequests;

const missedBy = (payments: PaidRequests): readonly string[] =>
  judgePayments(payments)
    .filter(({ found }) => found.length > 0)
    .map(({ rule }) => rule);

/** Changes the last thing that the requests with a payment were told. */
const told =
  (number: number, change: Partial<PaidAttempt>): Change =>
  (payments) => ({
    ...payments,
    requests: payments.requests.map((request) => {
      const last = request.attempts.at(-1);
      if (request.number !== number || last === undefined) return request;
      return { ...request, attempts: [...request.attempts.slice(0, -1), { ...last, ...change }] };
    }),
  });

const settled =
  (...numbers: readonly number[]): Change =>
  (payments) => ({
    ...payments,
    settled: new Set(numbers.map((number) => `nonce ${number}`)),
    paid: numbers.length * 600,
  });

it("finds nothing where nothing is wrong, and reports what was seen", () => {
  expect(missedBy(cleanPayments)).toEqual([]);
  expect(paymentLines(cleanPayments).join("\n")).toContain(
    "settled 3, received 1800, checked 4 times (1 payments more than once)",
  );
  expect(paymentLines({ ...cleanPayments, requests: [] })).toEqual([]);
});

it.each<[string, Change, string]>([
  ["an answer that nobody has paid", settled(1, 2), "answers told without a payment"],
  [
    "the head of an answer that nobody has paid",
    (payments) => settled(1, 2)(told(3, { outcome: "lost" })(payments)),
    "answers told without a payment",
  ],
  [
    "a payment without an answer",
    told(2, { outcome: "refused", status: 503, code: "payment-unsettled", isReceipted: false }),
    "payments taken without an answer when it is asked for again",
  ],
  ["a payment that was taken and told as invalid", settled(1, 2, 3, 4), "payments told as invalid that were taken"],
  ["a payment that is asked for again", told(4, { code: "payment-required" }), "payments that were asked for twice"],
  [
    "a work that no kill explains",
    (payments) => ({ ...payments, verified: new Map([["nonce 1", 2]]) }),
    "works for one payment that no kill explains",
  ],
  ["an answer without a receipt", told(1, { isReceipted: false }), "answers that tell no payment"],
  ["a unit too many", (payments) => ({ ...payments, paid: 1801 }), "money that is not the price of the payments"],
])("finds %s", (_name, change, rule) => {
  expect(missedBy(change(cleanPayments))).toContain(rule);
});
