import type { Finding } from "./finding.ts";
import { factsOf, untoldEntries, untoldOf } from "./judge-account.ts";
import type { Books, Campaign, Observation } from "./observation.ts";
import { paymentLines } from "./payments/judge-payments.ts";

/** Examples of a finding that are printed; all are counted. */
const SHOWN = 5;

function counts(names: readonly string[]): string {
  const groups = [...Map.groupBy(names, (name) => name)].map(([name, each]) => [name, each.length] as const);
  const sorted = groups.toSorted(([, one], [, other]) => other - one);
  return sorted.map(([name, number]) => `${name} ${number}`).join(", ") || "none";
}

const statusOf = ({ status, outcome }: Observation): string => `${status ?? "no status"} ${outcome}`;
const codesOf = (observations: readonly Observation[]): readonly string[] =>
  observations.flatMap(({ code }) => code ?? []);

/** What an account's books say beside what its callers were told. */
function accountLine(campaign: Campaign, account: number, books: Books): string {
  const facts = factsOf(campaign, account, books);
  const told = facts.observations.filter((each) => each.told !== undefined);
  return [
    `account ${account} (${books.isPrepaid ? "prepaid" : "postpaid"})`,
    `: told ${told.length}, of them free ${told.filter((each) => each.told?.isRepeat).length}`,
    `; charges ${facts.charges.size} (${facts.chargedBefore.size} before all was asked again), refunds ${facts.refunds.size}`,
    `; written but not told: entries ${untoldEntries(facts)}, micro-US-dollars ${untoldOf(facts)}`,
    `; balance ${books.balance}, held ${books.held}`,
  ].join("");
}

/** The report of a campaign, line by line. */
export function reportLines(campaign: Campaign, findings: readonly Finding[]): readonly string[] {
  const { observations, topUps, again, books, kills, backendKills, holdsLeft, reference, seconds } = campaign;
  const events = topUps.flatMap(({ received }) => received.map((each) => each ?? "without a success"));
  const contradicted = findings.filter(({ found }) => found.length > 0);
  return [
    `${observations.length} requests in ${seconds.toFixed(0)} s with ${kills} kills of workerd and ${backendKills} of the backend`,
    `  kinds: ${counts(observations.map(({ question }) => question.kind))}`,
    `  no-store ${observations.filter(({ question }) => question.isFresh).length}, with an Idempotency-Key ${observations.filter(({ question }) => question.idempotencyKey !== undefined).length}`,
    `  results: ${counts(observations.map(statusOf))}`,
    `  problems: ${counts(codesOf(observations))}`,
    `${topUps.length} payments told of; events: ${counts(events)}`,
    `${again.length} questions asked again: free ${again.filter(({ told }) => told?.isRepeat).length}, charged now ${again.filter(({ told }) => told?.isRepeat === false).length}; problems: ${counts(codesOf(again))}`,
    ...books.map((each, account) => accountLine(campaign, account, each)),
    ...paymentLines(campaign.paid),
    `answers compared with those of an API without accounts: ${reference.size} different ones; holds after all deadlines: ${holdsLeft}`,
    ...findings.map(({ rule, found }) => `${String(found.length).padStart(6)}  ${rule}`),
    ...contradicted.flatMap(({ rule, found }) => ["", `${rule}:`, ...found.slice(0, SHOWN).map((each) => `  ${each}`)]),
  ];
}
