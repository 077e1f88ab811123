import type { Books, Campaign, Entry, Observation, Told } from "../../tools/ledger/observation.ts";
import { alone, type Item, type Kind, type Question } from "../../tools/ledger/questions.ts";
import {
  type PaidAttempt,
  type PaidRequest,
  type PaidRequests,
  PRICE as PAYMENT_PRICE,
} from "../../tools/ledger/payments/payers.ts";

/** When entries are written, and when answers are read, in milliseconds since 1970. */
const WRITTEN_MS = Date.UTC(2026, 0, 1);
const READ_MS = WRITTEN_MS + 50;

/** The price of everything. */
export const PRICE = 600;
const GRANT = 10_000;
const TOP_UP = 5_000_000;

const item = (number: number, place = 0): Item => ({ number, place });
const question = (number: number, kind: Kind, items: readonly Item[], changes: Partial<Question> = {}): Question => ({
  number,
  kind,
  account: 0,
  items,
  isFresh: false,
  idempotencyKey: undefined,
  ...changes,
});

/** An answer that was paid now, or free. */
export const paid = (...ids: readonly string[]): Told => ({ amount: PRICE, ids, isRepeat: false, atMs: READ_MS });
/** An answer that had been paid before. */
export const free = (...ids: readonly string[]): Told => ({ amount: 0, ids, isRepeat: true, atMs: READ_MS });

const observed = (asked: Question, told: Told | undefined, changes: Partial<Observation> = {}): Observation => ({
  question: asked,
  requestId: `request ${asked.number}`,
  outcome: "answered",
  status: 200,
  code: undefined,
  told,
  answers: asked.items.map((each) => `answer ${each.number}`),
  ...changes,
});

const failed = { answers: [], told: undefined } as const;

/** An entry of the account. */
export function entryOf(kind: Entry["kind"], id: string, request: number | undefined, amount: number): Entry {
  const facts = { task: null, key: null, price_revision: null, at: new Date(WRITTEN_MS).toISOString() };
  return { seq: 1, kind, id, amount, request_id: request === undefined ? null : `request ${request}`, ...facts };
}

/** The charge of an id for the request of a question. */
export const charge = (id: string, request: number): Entry => entryOf("charge", id, request, -PRICE);

/** The books with these entries. */
export function booksWith(before: readonly Entry[], after: readonly Entry[]): Books {
  const balance = after.reduce((sum, { amount }) => sum + amount, 0);
  const audit: Books["audit"] = { unit: "usd-micro", balance, entries: after.length, holds: 0, violations: [] };
  return { isPrepaid: true, before, after, balance, held: 0, audit };
}

const before: readonly Entry[] = [
  entryOf("grant", "first", undefined, GRANT),
  entryOf("top-up", "pi_1", undefined, TOP_UP),
  charge("a", 0),
  charge("lost", 2),
  charge("fresh", 3),
  charge("second", 4),
  charge("broken", 5),
  entryOf("refund", "broken", 5, PRICE),
];

const again = (number: number, told: Told): Observation =>
  observed(alone(item(number), 0), told, { requestId: `again ${number}` });

/** A payment, and what its requests were told. */
function payment(number: number, ...attempts: readonly Partial<PaidAttempt>[]): PaidRequest {
  const told = { outcome: "answered", status: 200, code: undefined, charge: "600", isReceipted: true } as const;
  const common = { number, nonce: `nonce ${number}`, header: "", isStream: false };
  return { ...common, attempts: attempts.map((each) => ({ ...told, ...each })) };
}

const nowhere = { outcome: "lost", status: undefined, isReceipted: false } as const;
const refusedAs = (code: string) => ({ outcome: "refused", status: 503, code, isReceipted: false }) as const;

/** Payments with which everything has happened that may. */
export const cleanPayments: PaidRequests = {
  requests: [
    payment(1, {}),
    payment(2, nowhere, refusedAs("payment-in-use"), {}),
    payment(3, refusedAs("payment-unsettled"), {}),
    payment(4, refusedAs("payment-invalid")),
  ],
  verified: new Map([
    ["nonce 1", 1],
    ["nonce 2", 2],
    ["nonce 3", 1],
  ]),
  settled: new Set(["nonce 1", "nonce 2", "nonce 3"]),
  paid: 3 * PAYMENT_PRICE,
};

/** A campaign in which everything has happened that may, and nothing else. */
export const cleanCampaign: Campaign = {
  observations: [
    observed(question(0, "single", [item(0)]), paid("a")),
    observed(question(1, "stream", [item(0)]), free("a")),
    observed(question(2, "stream", [item(2)]), undefined, { ...failed, outcome: "lost", status: undefined }),
    observed(question(3, "single", [item(3)], { isFresh: true }), paid("fresh")),
    observed(question(4, "batch", [item(0), item(4)]), paid()),
    observed(question(5, "stream", [item(5)]), paid("broken"), {
      outcome: "broken",
      code: "backend-unavailable",
      answers: [],
    }),
    observed(question(6, "analyze", [item(0)]), free()),
    observed(question(7, "single", [item(7)]), undefined, {
      ...failed,
      outcome: "refused",
      status: 503,
      code: "backend-unavailable",
    }),
  ],
  again: [
    again(0, free("a")),
    again(2, free("lost")),
    again(4, free("second")),
    again(5, free("broken")),
    again(7, paid("seventh")),
  ],
  topUps: [{ payment: "pi_1", account: 0, amount: TOP_UP, received: [undefined, "written", "repeated"] }],
  books: [booksWith(before, [...before, { ...charge("seventh", 7), request_id: "again 7" }])],
  holdsLeft: 0,
  paid: cleanPayments,
  reference: new Map([0, 2, 3, 4, 5, 7].map((number) => [`${number}.0`, `answer ${number}`])),
  kills: 1,
  backendKills: 1,
  seconds: 1,
};

/** The extent that the campaign just has. */
export const cleanExtent = { requests: 6, kills: 1, backendKills: 1, topUps: 1 };
