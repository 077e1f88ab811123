import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "../../test/support/random.ts";
import { booksOf, entriesOf, storedHolds } from "./books.ts";
import { createClients } from "./clients.ts";
import { createGate } from "./gate.ts";
import { killAtRandom } from "./killer.ts";
import type { Campaign, Observation } from "./observation.ts";
import { createPayers } from "./payments/payers.ts";
import type { KillPlace } from "./place.ts";
import { alone, itemName, type Question } from "./questions.ts";
import { send } from "./send.ts";
import { sendTopUps } from "./top-ups.ts";

/** The extent of a campaign. */
export interface KillOptions {
  readonly seed: number;
  /** Answers that were told what they cost. */
  readonly requests: number;
  readonly kills: number;
  readonly backendKills: number;
  /** Payments of callers without an account. */
  readonly payments: number;
  /** Payments that Stripe tells of meanwhile. */
  readonly topUps: number;
}

/** Kills come before this share of the answers, so that the last ones are not missed when the clients end. */
const KILLS_UNTIL = 0.95;

/** How much later than its deadline a hold may be seen, in milliseconds: an alarm rings when its time has come, on a busy machine. */
const ALARM_MS = 10_000;
const POLL_MS = 200;

/** Requests at once, when nothing is killed any more. */
const AT_ONCE = 8;

async function kill({ api, backend, payers }: KillPlace, options: KillOptions) {
  const { seed, requests, kills, backendKills, payments, topUps } = options;
  const gate = createGate(api);
  const key = (account: number) => payers[account]?.key ?? "";
  const ask = (question: Question) => send(question, { url: api.url, key: key(question.account) });
  const clients = createClients({ seed, answers: requests, send: ask, open: gate.open });
  const unkeyed = createPayers({ seed, payments, url: api.url, open: gate.open });
  let isOver = false;
  const answers = Math.ceil(requests * KILLS_UNTIL);
  const plan = { answers, count: clients.count, isOver: () => isOver };
  const killing = Promise.all([
    killAtRandom(gate, { ...plan, kills, random: createRandom(seed) }),
    killAtRandom(backend, { ...plan, kills: backendKills, random: createRandom(seed + 1) }),
  ]);
  const paying = sendTopUps({
    seed,
    count: topUps,
    url: () => api.url,
    accountOf: (index) => payers[index]?.id ?? "",
    open: gate.open,
    progress: () => (isOver ? 1 : clients.count() / requests),
  });
  const started = performance.now();
  const [observations] = await Promise.all([clients.run(), unkeyed.run()]);
  const seconds = (performance.now() - started) / 1000;
  isOver = true;
  const [done, backendDone] = await killing;
  return { observations, topUps: await paying, kills: done, backendKills: backendDone, seconds, ask, unkeyed };
}

/** Waits until the deadlines of all holds are over, and returns how many there are still. */
async function holdsLeft({ api, payers }: KillPlace): Promise<number> {
  const { lastMs } = await storedHolds(api.objects, payers.length);
  for (;;) {
    const { count } = await storedHolds(api.objects, payers.length);
    if (count === 0 || Date.now() > lastMs + ALARM_MS) return count;
    await sleep(POLL_MS);
  }
}

/** Runs work for each of several things, a few at a time, and returns the results in any order. */
async function forEach<Thing, Result>(
  things: Iterable<Thing>,
  work: (thing: Thing) => Promise<Result>,
): Promise<readonly Result[]> {
  const left = things[Symbol.iterator]();
  const results: Result[] = [];
  const worker = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) results.push(await work(next.value));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** Returns a question for each item that an account has asked for, but for those that were to be made anew. */
function askedAgain(observations: readonly Observation[]): readonly Question[] {
  const asked = observations.filter(({ question }) => !question.isFresh);
  const questions = asked.flatMap(({ question: { items, account } }) => items.map((item) => alone(item, account)));
  const named = questions.map(
    (each) => [each.items.map((item) => `${each.account} ${itemName(item)}`).join(""), each] as const,
  );
  return [...new Map(named).values()];
}

/** The answers of the API without accounts to everything that was asked. */
async function referenceOf({ reference }: KillPlace, observations: readonly Observation[]) {
  const items = new Map(
    observations.flatMap(({ question }) => question.items.map((item) => [itemName(item), item] as const)),
  );
  const answers = await forEach(items, async ([name, item]) => {
    const {
      answers: [answer],
    } = await send(alone(item, 0), { url: reference });
    return [name, answer] as const;
  });
  return new Map(answers);
}

/** Asks and kills, then waits for all deadlines, reads the books, and asks for everything again. */
export async function runKillCampaign(place: KillPlace, options: KillOptions): Promise<Campaign> {
  const { api, admin, payers } = place;
  const { ask, unkeyed, ...killed } = await kill(place, options);
  // What the isolate remembers is gone: all that is asked again is the accounts' to judge.
  await api.restart();
  const left = await holdsLeft(place);
  const before = await Promise.all(payers.map((payer) => entriesOf(admin, payer)));
  const again = await forEach(askedAgain(killed.observations), ask);
  const books = await Promise.all(payers.map((payer, index) => booksOf(admin, payer, before[index] ?? [])));
  await unkeyed.finish();
  const { verified, chain } = place.facilitator;
  const settled = new Set(chain.uses.keys());
  const paid = { requests: unkeyed.requests(), verified, settled, paid: chain.paid() };
  return { ...killed, again, books, paid, holdsLeft: left, reference: await referenceOf(place, killed.observations) };
}
