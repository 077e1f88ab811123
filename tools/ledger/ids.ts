import type { Campaign, Entry, Observation } from "./observation.ts";
import { type Item, itemName, type Question } from "./questions.ts";

/** What an account's charge ids mean, as far as the campaign was told. */
export interface Ids {
  /** The id of a generation that is the same whenever it is asked for; several if the API is wrong. */
  readonly byName: ReadonlyMap<string, ReadonlySet<string>>;
  /** The ids of what was delivered in an answer; undefined for one that nobody was told. */
  of(observation: Observation): readonly (string | undefined)[];
  /** The ids of everything that a question asks for, as far as they are known. */
  asked(question: Question): readonly string[];
}

/** The name of a generation within an account; undefined for one that is made anew each time. */
function nameOf({ isFresh, idempotencyKey }: Question, item: Item, place: number): string | undefined {
  if (!isFresh) return itemName(item);
  return idempotencyKey === undefined ? undefined : `${idempotencyKey} ${place}`;
}

function namesOf(question: Question): readonly (string | undefined)[] {
  return question.items.map((item, place) => nameOf(question, item, place));
}

/** Learns the ids from answers to one item, which tell theirs. */
function learn(observations: readonly Observation[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byName = new Map<string, Set<string>>();
  for (const { question, told } of observations) {
    const [name] = question.items.length === 1 ? namesOf(question) : [];
    if (name === undefined) continue;
    byName.set(name, new Set([...(byName.get(name) ?? []), ...(told?.ids ?? [])]));
  }
  return byName;
}

/** Finds the ids of an account. */
export function idsOf({ observations, again }: Campaign, account: number): Ids {
  const own = [...observations, ...again].filter(({ question }) => question.account === account);
  const byName = learn(own);
  const find = (name: string | undefined): string | undefined => [...(byName.get(name ?? "") ?? [])][0];
  return {
    byName,
    of: ({ question, told, answers }) => {
      if (told === undefined || told.ids.length > 0 || question.isFresh) return told?.ids ?? [];
      return namesOf(question)
        .filter((_, place) => answers[place] !== undefined)
        .map(find);
    },
    asked: (question) => namesOf(question).flatMap((name) => find(name) ?? []),
  };
}

/** Groups the entries of a kind by the charge's id. */
export function entriesById(entries: readonly Entry[], kind: Entry["kind"]): ReadonlyMap<string, readonly Entry[]> {
  return Map.groupBy(
    entries.filter((entry) => entry.kind === kind),
    ({ id }) => id,
  );
}
