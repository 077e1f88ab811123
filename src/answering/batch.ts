import type { Problem } from "../contract/problems.ts";
import type {
  AnalyzeItem,
  AnalyzeRequest,
  Analyzed,
  BatchItem,
  BatchRequest,
  ImageInput,
  TaskRequest,
} from "../contract/service.ts";
import { mergeReports, problemOf } from "./find-for-tasks.ts";
import { sumTimings } from "../contract/stage-timer.ts";

/** What became of one image: of each of its items, or why nothing became of any. */
type Outcome = Analyzed | Problem;

/** One image with all that is asked about it, and where its items stand in the batch. */
interface Group extends AnalyzeRequest {
  readonly places: readonly number[];
}

/** Equal for images that were sent alike. Equal bytes of other spellings meet in the cache only. */
function keyOf(image: ImageInput): unknown {
  if (image.kind === "bytes") return image.bytes;
  return image.kind === "url" ? `url ${image.url}` : `base64 ${image.text}`;
}

/** Items about the same image belong together: it is taken in, and looked at, once. */
function groupsOf(items: readonly BatchItem[]): readonly Group[] {
  const valid = items.flatMap((item, place): readonly { item: TaskRequest; place: number }[] =>
    "problem" in item ? [] : [{ item, place }],
  );
  return [...Map.groupBy(valid, ({ item }) => keyOf(item.image)).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const asked: readonly AnalyzeItem[] = group.map(({ item: { task, options } }) => ({ task, options }));
    return [{ image: first.item.image, items: asked, places: group.map(({ place }) => place) }];
  });
}

/** Runs `work` on each, so many at once; the first that throws stops those that have not begun. */
async function eachOf<Item>(items: readonly Item[], atOnce: number, work: (item: Item) => Promise<void>) {
  const waiting = items.values();
  let hasFailed = false;
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (hasFailed) return;
      await work(item).catch((thrown: unknown) => {
        hasFailed = true;
        throw thrown;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}

/**
 * Several images, each with what is asked about it, `atOnce` of them at a time: no more than these are held decoded. What fails an image is the
 * problem of each of its items.
 */
export async function answerBatch(
  { items }: BatchRequest,
  analyze: (request: AnalyzeRequest) => Promise<Analyzed>,
  atOnce: number,
): Promise<Analyzed> {
  const results = new Map<number, Analyzed["results"][number]>();
  const analyzed: Analyzed[] = [];
  await eachOf(groupsOf(items), atOnce, async (group) => {
    const outcome: Outcome = await analyze(group).catch(problemOf);
    if ("results" in outcome) analyzed.push(outcome);
    for (const [at, place] of group.places.entries()) {
      const result = "results" in outcome ? outcome.results[at] : outcome;
      if (result !== undefined) results.set(place, result);
    }
  });
  // Where nothing was asked of the cache there is nothing to report of it.
  const reports = analyzed.map(({ cache }) => cache).filter(({ hit, fwd }) => hit || fwd !== undefined);
  return {
    results: items.flatMap((item, place) => ("problem" in item ? item.problem : (results.get(place) ?? []))),
    cache: mergeReports(reports),
    timings: sumTimings(analyzed.map(({ timings }) => timings)),
  };
}
