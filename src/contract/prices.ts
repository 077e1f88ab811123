import type { TaskOptions } from "./requests.ts";
import { type PromptCost, promptUnits } from "./work-units.ts";

/**
 * The price table's revision: it is stored with every hold and entry. A test knows the rows of this revision; whoever changes them changes it.
 */
export const PRICE_REVISION = "2026-11-30";

/**
 * What a unit of work of a task costs (`work-units.ts`), in micro-US-dollars. A prompt without options has 3 units: a caption costs 300, and 100 with one
 * beam; the image itself costs nothing, since it is encoded once for all prompts. These prices are an example, for tests and documents: nobody has computed them from the cost of a machine. Who sells answers writes his own.
 * Tasks with longer answers cost more, although the unit bounds the tokens and not their number.
 */
export const pricePerUnit = {
  ocr: 100,
  "ocr-with-region": 200,
  caption: 100,
  "detailed-caption": 150,
  "more-detailed-caption": 200,
  "object-detection": 200,
  "dense-region-caption": 250,
  "region-proposal": 150,
  "caption-to-phrase-grounding": 200,
  "referring-expression-segmentation": 300,
  "region-to-segmentation": 300,
  "open-vocabulary-detection": 150,
  "region-to-category": 100,
  "region-to-description": 100,
  "region-to-ocr": 100,
} as const satisfies Readonly<Record<string, number>>;

/** The name of a task that has a price: all have. */
export type PricedTask = keyof typeof pricePerUnit;

/** Whether a task of this name has a price. */
export function isPricedTask(name: string): name is PricedTask {
  return Object.hasOwn(pricePerUnit, name);
}

/** What is charged for what does not end in a new answer, in micro-US-dollars: the rules that `GET /v1/pricing` tells. */
export const priceRules = {
  /** The answer is a problem, or a stream breaks through our fault. */
  failed: 0,
  /** The account has paid for the same generation within 24 hours. */
  repeat: 0,
} as const satisfies Readonly<Record<string, number>>;

/** By how much a price is divided, by when the answer comes: a line of a batch costs half, since it may wait until the model has nothing else to do. */
export const priceClasses = { now: 1, batch: 2 } as const satisfies Readonly<Record<string, number>>;

/** When an answer comes, as far as prices depend on it. */
export type PriceClass = keyof typeof priceClasses;

/** Returns what a price is in a class, in whole micro-US-dollars, rounded up. */
export function classPrice(price: number, priceClass: PriceClass): number {
  return Math.ceil(price / priceClasses[priceClass]);
}

/** Returns the price of one prompt, which is one generation and one charge, in micro-US-dollars. */
export function promptPrice(task: PricedTask, cost: PromptCost): number {
  return pricePerUnit[task] * promptUnits(cost);
}

/** One task with its options, or its problem: an item of analyze or batch, or a whole request. */
type PricedItem = { readonly task: string } & ({ readonly options: TaskOptions } | { readonly problem: unknown });

/**
 * Returns the price of each prompt of a task, in the order of the prompts: one, or one for each of several `labels`. An item with a problem has none, and
 * a task that does not exist is a problem.
 */
export function itemPrices(item: PricedItem): readonly number[] {
  const { task } = item;
  if (!("options" in item) || !isPricedTask(task)) return [];
  const { labels = [""], beams, max_new_tokens: maxNewTokens } = item.options;
  return labels.map(() => promptPrice(task, { beams, maxNewTokens }));
}

/**
 * Returns the price of a request of one or several tasks, on one or many images, in micro-US-dollars: the sum of its prompts, known from the request
 * alone. It is the most that the request can cost, since prompts that are equal are charged once, and repeats and failures not at all.
 */
export function requestPrice(items: readonly PricedItem[], priceClass: PriceClass = "now"): number {
  return items.flatMap(itemPrices).reduce((sum, price) => sum + classPrice(price, priceClass), 0);
}
