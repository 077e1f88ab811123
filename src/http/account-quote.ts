import { TaskItem } from "../contract/analyze.ts";
import { MICRO_USD } from "../contract/micro-usd.ts";
import { itemPrices, PRICE_REVISION, requestPrice } from "../contract/prices.ts";
import type { Problem } from "../contract/problems.ts";
import { AnalyzeQuote, BatchQuote } from "../contract/quote.ts";
import { optionsByInput, type TaskOptions } from "../contract/requests.ts";
import type { RequestTrace, TaskRow } from "../contract/service.ts";
import { MAX_BATCH_ITEMS } from "../contract/batch.ts";
import type { AdmittedCall } from "./account-route.ts";
import { checkedUnits } from "./check-work.ts";
import { readJsonObject } from "./json-request.ts";
import { detailsOf } from "./problem-response.ts";
import { DELIMITERS_PER_ITEM, optionsOf, readTaskItem, unknownTask } from "./task-item.ts";
import { validated } from "./validated.ts";

type Item = { readonly task: string } & ({ readonly options: TaskOptions } | { readonly problem: Problem });
type Given = Readonly<Record<string, unknown>>;
type Rows = ReadonlyMap<string, TaskRow>;

/** The options of a task; the image is not looked at. */
function optionsIn({ input }: TaskRow, { image: _image, ...fields }: Given): { readonly options: TaskOptions } {
  return { options: validated(optionsByInput[input], fields) };
}

/** One of several tasks: its problem is its own, as it will be in the answer. */
function severalItem(rows: Rows, { task, ...fields }: { readonly task: string } & Given): Item {
  return readTaskItem({ rows }, task, (row) => optionsIn(row, fields));
}

/** A single task: its problem is that of the whole request. */
function singleItem(rows: Rows, given: Given): Item {
  const { task, ...fields } = validated(TaskItem, given);
  const row = rows.get(task);
  if (row === undefined) throw unknownTask(task);
  return { task, ...optionsIn(row, fields) };
}

interface Asked {
  readonly items: readonly Item[];
  /** The number of images, given that of the valid items. */
  readonly countImages: (valid: number) => number;
}

/** Reads which requests a body is for: of analyze, of batch, or of a task. */
function itemsOf(rows: Rows, given: Given): Asked {
  if (Object.hasOwn(given, "tasks")) {
    const { tasks } = validated(AnalyzeQuote, given);
    return { items: tasks.map((item) => severalItem(rows, item)), countImages: () => 1 };
  }
  if (Object.hasOwn(given, "items")) {
    const { items } = validated(BatchQuote, given);
    return { items: items.map((item) => severalItem(rows, item)), countImages: (valid) => valid };
  }
  return { items: [singleItem(rows, given)], countImages: () => 1 };
}

function itemQuote(item: Item, { requestId }: RequestTrace) {
  const prices = itemPrices(item);
  const price = prices.reduce((sum, each) => sum + each, 0);
  const problem = "problem" in item ? detailsOf(item.problem, requestId) : null;
  return { task: item.task, prompts: prices.length, price, problem };
}

/** Returns what the request in a body would cost. Throws `Problem`, also for a request that would be refused as too much work. */
export async function quoteOf(tasks: readonly TaskRow[], { request, body, trace }: AdmittedCall) {
  const given = await readJsonObject(request, MAX_BATCH_ITEMS * DELIMITERS_PER_ITEM, body);
  const { items, countImages } = itemsOf(new Map(tasks.map((row) => [row.name, row])), given);
  const valid = optionsOf(items);
  checkedUnits(valid, countImages(valid.length));
  return {
    unit: MICRO_USD,
    revision: PRICE_REVISION,
    price: requestPrice(items),
    batch_price: requestPrice(items, "batch"),
    items: items.map((item) => itemQuote(item, trace)),
  };
}
