import { createRandom, type Random } from "../../test/support/random.ts";

/** One generation that is asked for: those with equal fields are the same. The picture and the task follow from `number`. */
export interface Item {
  readonly number: number;
  /** Its place among the new items of the question that asked for it first. */
  readonly place: number;
}

/** How a question is asked. */
export const kinds = ["single", "stream", "analyze", "batch"] as const;
/** One of them. */
export type Kind = (typeof kinds)[number];

/** What a client asks for. The same question may be sent several times. */
export interface Question {
  readonly number: number;
  readonly kind: Kind;
  /** Which account pays: an index. */
  readonly account: number;
  readonly items: readonly Item[];
  /** Whether a new generation is wanted (`no-store`). */
  readonly isFresh: boolean;
  readonly idempotencyKey: string | undefined;
}

/** Number of accounts whose credits are enough, and after them of those that have little. */
export const RICH_ACCOUNTS = 3;
export const ACCOUNTS = RICH_ACCOUNTS + 1;

/** Number of pictures. The tasks are two, so that neighbouring numbers have different ones. */
export const PICTURES = 3;

/** How far back the items are that are asked for again: near enough to be in progress still, far enough to have been paid before a kill. */
const REPEAT_WITHIN = 45;

/** Of 20 questions, how many are of each kind; the others are single ones. */
const STREAMS = 5;
const ANALYSES = 3;
const BATCHES = 2;

/** One question in so many is paid by an account that has little. */
const POOR_ONE_IN = 20;

function kindOf(random: Random): Kind {
  const drawn = random.below(20);
  if (drawn < STREAMS) return "stream";
  if (drawn < STREAMS + ANALYSES) return "analyze";
  return drawn < STREAMS + ANALYSES + BATCHES ? "batch" : "single";
}

/** Number of questions after which the account is the same, and the picture too. */
const PERIOD = RICH_ACCOUNTS * PICTURES;

/** An item of this question, or one of a question before it: two of three times of the same account. Those of `analyze` have one picture. */
function itemOf(random: Random, number: number, place: number, kind: Kind): Item {
  if (random.below(5) < 3) return { number, place };
  const back = random.below(REPEAT_WITHIN);
  const earlier = kind === "analyze" || random.below(3) < 2 ? back - (back % PERIOD) : back;
  return earlier > number ? { number, place } : { number: number - earlier, place: 0 };
}

/** Returns a question of a campaign: seed and number determine it. */
export function questionOf(seed: number, number: number): Question {
  const random = createRandom(Math.imul(seed + 1, 0x9e3779b1) ^ number);
  const kind = kindOf(random);
  const several = kind === "analyze" || kind === "batch";
  const items = Array.from({ length: several ? 2 + random.below(3) : 1 }, (_, place) =>
    itemOf(random, number, place, kind),
  );
  return {
    number,
    kind,
    account: random.once(POOR_ONE_IN) ? RICH_ACCOUNTS : number % RICH_ACCOUNTS,
    items,
    isFresh: random.once(8),
    idempotencyKey: random.once(3) ? `question-${seed}-${number}` : undefined,
  };
}

/** The name of an item: equal for equal ones. */
export const itemName = ({ number, place }: Item): string => `${number}.${place}`;

/** The question for one item alone, as if nobody had asked before. */
export function alone(item: Item, account: number): Question {
  return { number: item.number, kind: "single", account, items: [item], isFresh: false, idempotencyKey: undefined };
}
