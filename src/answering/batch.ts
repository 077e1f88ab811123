import type { Problem } from "../contract/problems.ts";
import type {
  AnalyzeItem,
  AnalyzeRequest,
  Analyzed,
  BatchItem,
  BatchRequest,
  CallContext,
  ImageInput,
  Service,
  TaskRequest,
} from "../contract/service.ts";
import { problemOf } from "./deadline.ts";
import { mergeReports } from "./find-for-tasks.ts";
import { sumTimings } from "../contract/stage-timer.ts";

/** The results of one image's items, or the problem that all of them share. */
type Outcome = Analyzed | Problem;

/** The items of one image, and their indexes in the batch. */
interface Group extends AnalyzeRequest {
  readonly indexes: readonly number[];
}

/** A grouping key, equal for images that were sent in the same way. The same bytes sent in another way share only the cache. */
function keyOf(image: ImageInput): unknown {
  if (image.kind === "bytes") return image.bytes;
  if (image.kind === "upload") return `upload ${image.handle}`;
  return image.kind === "url" ? `url ${image.url}` : `base64 ${image.text}`;
}

/** Groups items by image, so that each image is read and encoded once. */
function groupsOf(items: readonly BatchItem[]): readonly Group[] {
  const valid = items.flatMap((item, index): readonly { item: TaskRequest; index: number }[] =>
    "problem" in item ? [] : [{ item, index }],
  );
  return [...Map.groupBy(valid, ({ item }) => keyOf(item.image)).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const groupItems: readonly AnalyzeItem[] = group.map(({ item: { task, options } }) => ({ task, options }));
    return [{ image: first.item.image, items: groupItems, indexes: group.map(({ index }) => index) }];
  });
}

/** Runs `work` on each item, at most `concurrency` at once. After the first rejection no further item is started. */
async function forEachConcurrently<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item) => Promise<void>,
) {
  const remaining = items.values();
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    for (const item of remaining) {
      if (hasFailed) return;
      await work(item).catch((thrown: unknown) => {
        hasFailed = true;
        throw thrown;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
}

/** How the images of a batch are processed. */
export interface BatchOptions {
  readonly analyze: Service["analyze"];
  readonly concurrency: number;
}

/**
 * Answers a batch. Items are grouped by image, and at most `concurrency` images are analyzed at once, which limits the
 * number of decoded images in memory. If an image fails, its problem is the result of each of its items; what
 * `problemOf` rethrows fails the whole batch.
 */
export async function answerBatch(
  { items }: BatchRequest,
  call: CallContext,
  { analyze, concurrency }: BatchOptions,
): Promise<Analyzed> {
  const results = new Map<number, Analyzed["results"][number]>();
  const analyzed: Analyzed[] = [];
  await forEachConcurrently(groupsOf(items), concurrency, async (group) => {
    const outcome: Outcome = await analyze(group, call).catch((thrown: unknown) => problemOf(thrown, call));
    if ("results" in outcome) analyzed.push(outcome);
    for (const [position, index] of group.indexes.entries()) {
      const result = "results" in outcome ? outcome.results[position] : outcome;
      if (result !== undefined) results.set(index, result);
    }
  });
  // Images without a cache lookup are left out of the report.
  const reports = analyzed.map(({ cache }) => cache).filter(({ hit, fwd }) => hit || fwd !== undefined);
  return {
    results: items.flatMap((item, index) => ("problem" in item ? item.problem : (results.get(index) ?? []))),
    cache: mergeReports(reports),
    timings: sumTimings(analyzed.map(({ timings }) => timings)),
  };
}
