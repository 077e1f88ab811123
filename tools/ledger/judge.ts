import { judgeAccount } from "./judge-account.ts";
import { judgeTopUps } from "./judge-top-ups.ts";
import { judgeAnswers } from "./judge-answers.ts";
import type { Campaign } from "./observation.ts";
import { judgePayments } from "./payments/judge-payments.ts";
import type { Finding } from "./finding.ts";
import { finding } from "./finding.ts";

/** What a campaign was to do. */
export interface Extent {
  readonly requests: number;
  readonly kills: number;
  readonly backendKills: number;
  /** Payments that Stripe tells of. */
  readonly topUps: number;
}

/** What must have happened, so that something was shown: how often, and how often at least. */
function shown({ observations, kills, backendKills, topUps }: Campaign, extent: Extent): readonly Finding[] {
  const count = (is: (each: Campaign["observations"][number]) => boolean): number => observations.filter(is).length;
  const needed: readonly (readonly [string, number, number])[] = [
    ["answers that were told what they cost", count(({ told }) => told !== undefined), extent.requests],
    ["kills of workerd", kills, extent.kills],
    ["kills of the backend", backendKills, extent.backendKills],
    ["payments told", topUps.length, extent.topUps],
    ["answers told as free", count(({ told }) => told?.isRepeat === true), 1],
    ["requests whose outcome nobody was told", count(({ outcome }) => outcome === "lost"), extent.kills > 0 ? 1 : 0],
    ...(["single", "stream", "analyze", "batch"] as const).map(
      (kind) =>
        [
          `answers of kind ${kind}`,
          count((each) => each.outcome === "answered" && each.question.kind === kind),
          1,
        ] as const,
    ),
  ];
  const missing = needed.filter(([, number, least]) => number < least);
  return [
    finding(
      "too little of what was to be shown",
      missing.map(([what, number, least]) => `${what}: ${number} of ${least}`),
    ),
  ];
}

/** Judges a campaign: what must not be, with what was found of it. */
export function judge(campaign: Campaign, extent: Extent): readonly Finding[] {
  const ofAccounts = campaign.books.flatMap((_, account) => judgeAccount(campaign, account));
  const ofAll = [
    finding("holds after their deadline", campaign.holdsLeft > 0 ? [`${campaign.holdsLeft} holds`] : []),
    ...judgeAnswers(campaign),
    ...judgePayments(campaign.paid),
    ...judgeTopUps(campaign),
    ...shown(campaign, extent),
  ];
  const rules = Map.groupBy([...ofAccounts, ...ofAll], ({ rule }) => rule);
  return [...rules].map(([rule, each]) =>
    finding(
      rule,
      each.flatMap(({ found }) => found),
    ),
  );
}
