import { describe, expect, it } from "vitest";
import type { Books, Campaign, Entry, Observation } from "../../tools/ledger/observation.ts";
import { judge } from "../../tools/ledger/judge.ts";
import { questionOf } from "../../tools/ledger/questions.ts";
import { reportLines } from "../../tools/ledger/report.ts";
import { textOf } from "../../tools/ledger/send.ts";
import {
  booksWith,
  charge,
  cleanCampaign,
  cleanExtent,
  entryOf,
  free,
  paid,
  PRICE,
} from "../support/clean-campaign.ts";

const missedBy = (campaign: Campaign, extent = cleanExtent): readonly string[] =>
  judge(campaign, extent)
    .filter(({ found }) => found.length > 0)
    .map(({ rule }) => rule);

type Change = (campaign: Campaign) => Campaign;

/** Changes what came of a question. */
const observing =
  (number: number, changes: Partial<Observation>): Change =>
  (campaign) => ({
    ...campaign,
    observations: campaign.observations.map((each) =>
      each.question.number === number ? { ...each, ...changes } : each,
    ),
  });

/** Changes what came of asking again. */
const askingAgain =
  (number: number, changes: Partial<Observation>): Change =>
  (campaign) => ({
    ...campaign,
    again: campaign.again.map((each) => (each.question.number === number ? { ...each, ...changes } : each)),
  });

/** Changes the entries, of which the balance is the sum. */
const writing =
  (change: (entries: readonly Entry[]) => readonly Entry[]): Change =>
  (campaign) => ({
    ...campaign,
    books: campaign.books.map(({ before, after }) => booksWith(change(before), change(after))),
  });

const without = (id: string): Change => writing((entries) => entries.filter((each) => each.id !== id));
const withEntry = (entry: Entry): Change => writing((entries) => [...entries, entry]);

/** Changes the books beside their entries. */
const keeping =
  (changes: (books: Books) => Partial<Books>): Change =>
  (campaign) => ({ ...campaign, books: campaign.books.map((books) => ({ ...books, ...changes(books) })) });

/** Changes what was told of the payment. */
const paying =
  (changes: Partial<Campaign["topUps"][number]>): Change =>
  (campaign) => ({ ...campaign, topUps: campaign.topUps.map((each) => ({ ...each, ...changes })) });

const ENTRY_OF_PAYMENT = "payments told as received that are not exactly one entry";
const FIRST_EVENTS = "payments of which two events were told to be the first, or one to concern nobody";

const late: Change = writing((entries) =>
  entries.map((each) => (each.id === "a" ? { ...each, at: "2026-01-02T00:00:00.000Z" } : each)),
);

describe("the judge of a kill campaign", () => {
  it("finds nothing where nothing is wrong, and reports what was seen", () => {
    expect(missedBy(cleanCampaign)).toEqual([]);
    const report = reportLines(cleanCampaign, judge(cleanCampaign, cleanExtent)).join("\n");
    expect(report).toContain("told 6, of them free 2; charges 6 (5 before all was asked again), refunds 1");
    expect(report).toContain(`written but not told: entries 1, micro-US-dollars ${PRICE}`);
  });

  it.each<[string, Change, string]>([
    ["a told answer without its entry", without("a"), "answers told without an entry"],
    ["a second answer of several without its entry", without("second"), "answers told without an entry"],
    ["a new answer (no-store) without its entry", without("fresh"), "answers told without an entry"],
    [
      "a new answer whose entry belongs to another request",
      writing((entries) => entries.map((each) => (each.id === "fresh" ? charge("fresh", 9) : each))),
      "answers told without an entry",
    ],
    ["an id that is charged twice", withEntry(charge("a", 1)), "charge entries beyond one for an id"],
    [
      "two callers that paid for one id",
      observing(1, { told: paid("a") }),
      "ids that two callers were told to have paid for",
    ],
    ["a generation with two ids", askingAgain(0, { told: free("lost") }), "generations with several ids"],
    ["a free answer that was paid later", late, "answers told as free that nobody had paid for"],
    [
      "an answer that is paid again",
      askingAgain(4, { told: paid("second") }),
      "answers that are not free when asked again, or free although unpaid",
    ],
    [
      "a paid answer that is refused when asked again",
      askingAgain(0, { outcome: "refused", told: undefined, answers: [] }),
      "answers that are not free when asked again, or free although unpaid",
    ],
    [
      "an answer that is free although nobody paid",
      askingAgain(7, { told: free("seventh") }),
      "answers that are not free when asked again, or free although unpaid",
    ],
    ["a charge above what was told", observing(0, { told: { ...paid("a"), amount: 1 } }), "amounts unlike those told"],
    [
      "a charge of a refused request",
      withEntry(charge("other", 9)),
      "charges that nobody was told, of requests that were refused or never sent",
    ],
    [
      "an answer that was given back",
      withEntry(entryOf("refund", "a", 0, PRICE)),
      "charges given back although nothing broke",
    ],
    [
      "a broken stream that was not given back",
      writing((entries) => entries.filter(({ kind }) => kind !== "refund")),
      "charges that nobody was told, of requests that were refused or never sent",
    ],
    [
      "less charged than told",
      observing(4, { told: { ...paid(), amount: 5 * PRICE } }),
      "accounts charged less than was told, or more than was told and can be unknown",
    ],
    [
      "a balance that is not the sum",
      keeping(({ balance }) => ({ balance: balance + 1 })),
      "balances that are not the sum of the entries",
    ],
    ["a balance below 0", withEntry(entryOf("adjust", "less", undefined, -20_000_000)), "prepaid accounts below 0"],
    ["money that is held", keeping(() => ({ held: PRICE })), "accounts with holds in the end"],
    [
      "an audit that finds something",
      keeping(({ audit }) => ({ audit: { ...audit, violations: [{ rule: "r", found: "f" }] } })),
      "violations that the audit finds",
    ],
    ["a payment without its entry", without("pi_1"), ENTRY_OF_PAYMENT],
    ["a payment that was granted twice", withEntry(entryOf("top-up", "pi_1", undefined, 5_000_000)), ENTRY_OF_PAYMENT],
    [
      "a payment of another amount",
      writing((entries) => entries.map((each) => (each.id === "pi_1" ? { ...each, amount: 1 } : each))),
      ENTRY_OF_PAYMENT,
    ],
    ["a payment in another account", paying({ account: 1 }), ENTRY_OF_PAYMENT],
    ["two events that were the first", paying({ received: ["written", "written"] }), FIRST_EVENTS],
    ["an event that was ignored", paying({ received: ["written", "ignored"] }), FIRST_EVENTS],
    ["a top-up of no payment", withEntry(entryOf("top-up", "pi_2", undefined, 1)), "top-ups of no payment"],
    ["a payment too few", (campaign) => ({ ...campaign, topUps: [] }), "too little of what was to be shown"],
    ["a hold that is stored", (campaign) => ({ ...campaign, holdsLeft: 1 }), "holds after their deadline"],
    ["another answer", observing(0, { answers: ["other"] }), "answers unlike those without accounts"],
    ["an answer too few", observing(4, { answers: ["answer 0"] }), "answers unlike those without accounts"],
    [
      "no answer to compare with",
      (campaign) => ({ ...campaign, reference: new Map() }),
      "answers unlike those without accounts",
    ],
    ["an answer without a price", observing(6, { told: undefined }), "answers that say no price"],
    ["a fault", observing(7, { code: "internal" }), "faults of the server"],
    ["no kill", (campaign) => ({ ...campaign, kills: 0 }), "too little of what was to be shown"],
    ["no stream", observing(1, { outcome: "lost" }), "too little of what was to be shown"],
  ])("finds %s", (_, change, rule) => {
    expect(missedBy(change(cleanCampaign))).toContain(rule);
  });
});

it("an answer is the same text with and without a stream, whatever the backend writes", () => {
  const [streamed, whole] = [{ label: "\uD83Dcafé" }, { label: "\uFFFDcafé" }];
  expect(textOf(streamed)).toBe(textOf(whole));
  expect(textOf({ label: "café" })).not.toBe(textOf(whole));
  expect(textOf(null)).toBe(undefined);
});

describe("the questions of a campaign", () => {
  it("are determined by seed and number, and of all kinds", () => {
    const questions = Array.from({ length: 400 }, (_, number) => questionOf(7, number));
    expect(Array.from({ length: 400 }, (_, number) => questionOf(7, number))).toEqual(questions);
    expect(questionOf(8, 3)).not.toEqual(questionOf(7, 3));
    expect(new Set(questions.map(({ kind }) => kind)).size).toBe(4);
    expect(new Set(questions.map(({ account }) => account)).size).toBe(4);
    expect(new Set(questions.map((each) => `${each.isFresh} ${each.idempotencyKey !== undefined}`)).size).toBe(4);
    const again = questions.filter(({ number, items }) => items.some((item) => item.number !== number));
    expect(again.length).toBeGreaterThan(100);
  });
});
