import { Problem, type ProblemCode } from "../contract/problems.ts";
import type { CacheReport, CallContext, StageTimings } from "../contract/service.ts";
import type { FindGenerations, GenerationsResult } from "../generations/request.ts";
import { type AbsentImage, type Decoding, type EncodedImage, MAX_PROMPTS } from "../inference/backend.ts";
import { sumTimings } from "../contract/stage-timer.ts";

/** What one task asks of the model. */
export interface TaskPrompts {
  readonly prompts: readonly string[];
  readonly decoding: Decoding;
}

/** What was found for one ask, or why nothing was. */
export type TaskOutcome = Pick<GenerationsResult, "generations" | "model"> | Problem;

/** The outcome of each ask, in their order, and what became of all of them in the cache. */
export interface TasksResult {
  readonly outcomes: readonly TaskOutcome[];
  readonly cache: CacheReport;
  readonly timings: StageTimings;
}

const nothing: CacheReport = { hit: false, fwd: undefined, stored: false, collapsed: false, stale: false, age: 0 };

/** A hit only where all are; the reason of the first that is none. */
export function mergeReports(reports: readonly CacheReport[]): CacheReport {
  return {
    hit: reports.length > 0 && reports.every(({ hit }) => hit),
    fwd: reports.find(({ fwd }) => fwd !== undefined)?.fwd,
    stored: reports.some(({ stored }) => stored),
    collapsed: reports.some(({ collapsed }) => collapsed),
    stale: reports.some(({ stale }) => stale),
    age: Math.max(nothing.age, ...reports.map(({ age }) => age)),
  };
}

/** What fails one ask; what is no fault of the ask, that its caller left or a bug, fails all. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem && thrown.code !== "request-cancelled") return thrown;
  throw thrown;
}

function promptsOf(asks: readonly TaskPrompts[]): readonly string[] {
  return asks.flatMap(({ prompts }) => prompts);
}

/** Asks with equal settings in their order, as many together as one call takes. */
function together(asks: readonly TaskPrompts[]): readonly (readonly TaskPrompts[])[] {
  const groups: TaskPrompts[][] = [];
  for (const ask of asks) {
    const last = groups.at(-1);
    if (last !== undefined && promptsOf(last).length + ask.prompts.length <= MAX_PROMPTS) last.push(ask);
    else groups.push([ask]);
  }
  return groups;
}

/** What one prompt can be refused for, and all that are asked with it: before any of them is answered. */
const PROMPT_PROBLEMS: ReadonlySet<ProblemCode> = new Set(["prompt-too-long", "invalid-request"]);

/** What was found for each ask of a question. */
function dealt(
  group: readonly TaskPrompts[],
  { generations, model }: GenerationsResult,
): readonly (readonly [TaskPrompts, TaskOutcome])[] {
  let end = 0;
  return group.map((ask) => [ask, { generations: generations.slice(end, (end += ask.prompts.length)), model }]);
}

/** How often a question is asked again without an ask that may be to blame: in a request whose texts are all too long, each time is in vain. */
const MAX_AGAIN = 8;

/** The asks without the one that has the longest prompt, and that one. */
function withoutLongest(group: readonly TaskPrompts[]): readonly (readonly TaskPrompts[])[] {
  const lengthOf = ({ prompts }: TaskPrompts): number => Math.max(0, ...prompts.map(({ length }) => length));
  const longestFirst = group.toSorted((one, other) => lengthOf(other) - lengthOf(one));
  return [longestFirst.slice(1), longestFirst.slice(0, 1)];
}

/**
 * Finds the generations of several asks on one image. Those with equal settings are one question, and so one look at the image, up to
 * `MAX_PROMPTS`. Where that question fails, it is each of its asks' problem, but for what one of them is refused for: then the others are
 * asked without it.
 */
export async function findForTasks(
  find: FindGenerations,
  { image, asks }: { readonly image: EncodedImage | AbsentImage; readonly asks: readonly TaskPrompts[] },
  call: CallContext,
): Promise<TasksResult> {
  const reports: Pick<GenerationsResult, "cache" | "timings">[] = [];
  const outcomes = new Map<TaskPrompts, TaskOutcome>();
  let again = 0;
  const answer = async (group: readonly TaskPrompts[]): Promise<void> => {
    try {
      const found = await find({ image, prompts: promptsOf(group), decoding: group[0]?.decoding ?? {} }, call);
      reports.push(found);
      for (const [ask, outcome] of dealt(group, found)) outcomes.set(ask, outcome);
    } catch (thrown) {
      const problem = problemOf(thrown);
      for (const ask of group) outcomes.set(ask, problem);
      if (group.length === 1 || !PROMPT_PROBLEMS.has(problem.code)) return;
      for (const part of withoutLongest(group)) {
        again += 1;
        if (again <= MAX_AGAIN) await answer(part);
      }
    }
  };
  const alike = Map.groupBy(asks, ({ decoding }) => JSON.stringify(decoding));
  for (const group of [...alike.values()].flatMap(together)) await answer(group);
  return {
    outcomes: asks.flatMap((ask) => outcomes.get(ask) ?? []),
    cache: mergeReports(reports.map(({ cache }) => cache)),
    timings: sumTimings(reports.map(({ timings }) => timings)),
  };
}
