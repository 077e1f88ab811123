import { type Finding, finding } from "./finding.ts";
import { entriesById, idsOf, type Ids } from "./ids.ts";
import { describe } from "./judge-answers.ts";
import type { Books, Campaign, Entry, Observation } from "./observation.ts";

/** What the rules about an account are checked on. */
interface Facts {
  readonly ids: Ids;
  readonly books: Books;
  readonly observations: readonly Observation[];
  readonly again: readonly Observation[];
  readonly charges: ReadonlyMap<string, readonly Entry[]>;
  readonly refunds: ReadonlyMap<string, readonly Entry[]>;
  readonly chargedBefore: ReadonlyMap<string, readonly Entry[]>;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** Whether nobody knows what became of a request. */
const isUnknown = ({ outcome, code }: Observation): boolean => outcome === "lost" || code === "ledger-unavailable";

/** Whether an answer counts as paid for: a stream that broke was given back. */
const isPaid = ({ outcome, told }: Observation): boolean =>
  told !== undefined && !told.isRepeat && outcome !== "broken";

function toldWithoutEntry({ ids, observations, again, charges, chargedBefore, books }: Facts): Finding {
  const byRequest = Map.groupBy(books.before, ({ request_id }) => request_id ?? "");
  const written = (requestId: string): number =>
    -sum((byRequest.get(requestId) ?? []).filter(({ kind }) => kind === "charge").map(({ amount }) => amount));
  const isMissing = (observation: Observation, entries: Facts["charges"]): boolean =>
    ids.of(observation).some((id) => id === undefined || !entries.has(id));
  // Nobody else can hold or pay for what is made anew.
  const isShort = ({ question, told, requestId, outcome }: Observation): boolean =>
    question.isFresh && told !== undefined && outcome !== "broken" && told.amount !== written(requestId);
  return finding(
    "answers told without an entry",
    [
      ...observations.filter((each) => isMissing(each, chargedBefore) || isShort(each)),
      ...again.filter((each) => isMissing(each, charges)),
    ].map(describe),
  );
}

function chargedTwice({ charges, ids, observations, again }: Facts): readonly Finding[] {
  const claims = [...observations, ...again].filter((each) => isPaid(each) && each.told?.ids.length === 1);
  const claimed = Map.groupBy(claims, ({ told }) => told?.ids[0] ?? "");
  return [
    finding(
      "charge entries beyond one for an id",
      [...charges].filter(([, each]) => each.length > 1).map(([id, each]) => `${id}: ${each.length}`),
    ),
    finding(
      "ids that two callers were told to have paid for",
      [...claimed].filter(([, each]) => each.length > 1).flatMap(([, each]) => each.map(describe)),
    ),
    finding(
      "generations with several ids",
      [...ids.byName].filter(([, each]) => each.size > 1).map(([name, each]) => `${name}: ${[...each].join(" ")}`),
    ),
  ];
}

function wronglyFree({ ids, observations, again, charges, chargedBefore }: Facts): readonly Finding[] {
  const isTooEarly = (each: Observation): boolean =>
    each.told?.isRepeat === true &&
    ids
      .of(each)
      .some((id) => !(charges.get(id ?? "") ?? []).some(({ at }) => Date.parse(at) <= (each.told?.atMs ?? 0)));
  const delivered = new Set(
    observations.filter(({ outcome }) => outcome === "answered").flatMap((each) => ids.of(each)),
  );
  const notFree = again.filter(({ question, told }) => {
    const [id] = ids.asked(question);
    const isOwed = id !== undefined && (delivered.has(id) || chargedBefore.has(id));
    return told === undefined ? isOwed : told.isRepeat !== chargedBefore.has(told.ids[0] ?? "");
  });
  return [
    finding("answers told as free that nobody had paid for", observations.filter(isTooEarly).map(describe)),
    finding("answers that are not free when asked again, or free although unpaid", notFree.map(describe)),
  ];
}

/** Which entries somebody was told of, or may not know of. */
function attribution({ ids, observations, again, books }: Facts) {
  const all = [...observations, ...again];
  const covers = (is: (each: Observation) => boolean) => {
    const some = all.filter(is);
    const requests = new Set(some.map(({ requestId }) => requestId));
    const known = new Set(some.flatMap((each) => [...ids.of(each), ...ids.asked(each.question)]));
    return ({ id, request_id }: Entry): boolean => known.has(id) || requests.has(request_id ?? "");
  };
  const charges = books.after.filter(({ kind }) => kind === "charge");
  return {
    charges,
    isTold: covers(isPaid),
    isUntold: covers(isUnknown),
    isBroken: covers(({ outcome }) => outcome === "broken"),
  };
}

/** What was charged and not given back, beyond what was told, in micro-US-dollars. */
export function untoldOf(facts: Facts): number {
  const { refunds, books } = facts;
  const told = [...facts.observations, ...facts.again].filter(
    (each) => isPaid(each) && !(each.outcome === "lost" && each.told?.ids.some((id) => refunds.has(id)) === true),
  );
  const charged = -sum(
    books.after.filter(({ kind }) => kind === "charge" || kind === "refund").map(({ amount }) => amount),
  );
  return charged - sum(told.map((each) => each.told?.amount ?? 0));
}

/** Number of charges that stand and that nobody was told. */
export function untoldEntries(facts: Facts): number {
  const { charges, isTold } = attribution(facts);
  return charges.filter((entry) => !facts.refunds.has(entry.id) && !isTold(entry)).length;
}

function unexplained(facts: Facts): readonly Finding[] {
  const { refunds } = facts;
  const { charges, isTold, isUntold, isBroken } = attribution(facts);
  const untold = untoldOf(facts);
  const most = -sum(charges.filter((entry) => isUntold(entry) && !refunds.has(entry.id)).map(({ amount }) => amount));
  const kept = charges.filter((entry) => !refunds.has(entry.id) && !isTold(entry) && !isUntold(entry));
  const given = charges.filter((entry) => refunds.has(entry.id) && !isBroken(entry) && !isUntold(entry));
  return [
    finding(
      "charges that nobody was told, of requests that were refused or never sent",
      kept.map((each) => JSON.stringify(each)),
    ),
    finding(
      "charges given back although nothing broke",
      given.map((each) => JSON.stringify(each)),
    ),
    finding(
      "accounts charged less than was told, or more than was told and can be unknown",
      untold < 0 || untold > most ? [`${untold} untold, of at most ${most}`] : [],
    ),
  ];
}

function wrongAmounts({ observations, again, charges }: Facts): Finding {
  const isWrong = (each: Observation): boolean => {
    const [id, ...others] = each.told?.ids ?? [];
    const [entry] = charges.get(id ?? "") ?? [];
    return others.length === 0 && entry !== undefined && isPaid(each) && -entry.amount !== each.told?.amount;
  };
  return finding("amounts unlike those told", [...observations, ...again].filter(isWrong).map(describe));
}

function judgeBooks({ balance, held, audit, isPrepaid, after }: Books): readonly Finding[] {
  const total = sum(after.map(({ amount }) => amount));
  return [
    finding(
      "balances that are not the sum of the entries",
      balance === total && audit.balance === total ? [] : [`${balance}, audited ${audit.balance}, entries ${total}`],
    ),
    finding("prepaid accounts below 0", isPrepaid && balance < 0 ? [String(balance)] : []),
    finding(
      "accounts with holds in the end",
      held === 0 && audit.holds === 0 ? [] : [`${held} in ${audit.holds} holds`],
    ),
    finding(
      "violations that the audit finds",
      audit.violations.map((each) => JSON.stringify(each)),
    ),
  ];
}

/** Returns what is known of an account. */
export function factsOf(campaign: Campaign, account: number, books: Books): Facts {
  const isOwn = ({ question }: Observation): boolean => question.account === account;
  return {
    ids: idsOf(campaign, account),
    books,
    observations: campaign.observations.filter(isOwn),
    again: campaign.again.filter(isOwn),
    charges: entriesById(books.after, "charge"),
    refunds: entriesById(books.after, "refund"),
    chargedBefore: entriesById(books.before, "charge"),
  };
}

/** Judges what an account was charged by what its callers were told. */
export function judgeAccount(campaign: Campaign, account: number): readonly Finding[] {
  const books = campaign.books[account];
  if (books === undefined) return [];
  const facts = factsOf(campaign, account, books);
  return [
    toldWithoutEntry(facts),
    ...chargedTwice(facts),
    ...wronglyFree(facts),
    wrongAmounts(facts),
    ...unexplained(facts),
    ...judgeBooks(books),
  ];
}
