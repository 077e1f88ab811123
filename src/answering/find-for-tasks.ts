import { Problem, type ProblemCode } from "../contract/problems.ts";
import type { CacheReport, CallContext, StageTimings } from "../contract/service.ts";
import { problemOf } from "./deadline.ts";
import type { FindGenerations, GenerationsResult } from "../generations/request.ts";
import { type AbsentImage, type Decoding, type EncodedImage, MAX_PROMPTS } from "../inference/backend.ts";
import { sumTimings } from "../contract/stage-timer.ts";

/** The prompts of one task, and how they are decoded. */
export interface TaskPrompts {
  readonly task: string;
  readonly prompts: readonly string[];
  readonly decoding: Decoding;
}

/** The generations of one task, or the problem that prevented them. */
export type TaskOutcome = Pick<GenerationsResult, "generations" | "model"> | Problem;

/** The outcome of each task, in their order, with one cache report and the timings of all of them. */
export interface TasksResult {
  readonly outcomes: readonly TaskOutcome[];
  readonly cache: CacheReport;
  readonly timings: StageTimings;
}

const emptyReport: CacheReport = { hit: false, fwd: undefined, stored: false, collapsed: false, stale: false, age: 0 };

/** Merges cache reports: a hit only if all are hits, `fwd` of the first that has one, the highest `age`. */
export function mergeReports(reports: readonly CacheReport[]): CacheReport {
  return {
    hit: reports.length > 0 && reports.every(({ hit }) => hit),
    fwd: reports.find(({ fwd }) => fwd !== undefined)?.fwd,
    stored: reports.some(({ stored }) => stored),
    collapsed: reports.some(({ collapsed }) => collapsed),
    stale: reports.some(({ stale }) => stale),
    age: Math.max(emptyReport.age, ...reports.map(({ age }) => age)),
  };
}

function promptsOf(tasks: readonly TaskPrompts[]): readonly string[] {
  return tasks.flatMap(({ prompts }) => prompts);
}

/** The task of each prompt. */
function tasksOf(tasks: readonly TaskPrompts[]): readonly string[] {
  return tasks.flatMap(({ task, prompts }) => prompts.map(() => task));
}

/** Splits tasks with equal decoding settings into groups of at most `MAX_PROMPTS` prompts, the limit of one call. Keeps their order. */
function splitByPromptLimit(tasks: readonly TaskPrompts[]): readonly (readonly TaskPrompts[])[] {
  const groups: TaskPrompts[][] = [];
  for (const task of tasks) {
    const last = groups.at(-1);
    if (last !== undefined && promptsOf(last).length + task.prompts.length <= MAX_PROMPTS) last.push(task);
    else groups.push([task]);
  }
  return groups;
}

/** Problems of a single prompt that reject its whole request, before any prompt of the request is generated. */
const PROMPT_PROBLEMS: ReadonlySet<ProblemCode> = new Set(["prompt-too-long", "invalid-request"]);

/** Splits the result of a request into the outcomes of its tasks. */
function splitResult(
  group: readonly TaskPrompts[],
  { generations, model }: GenerationsResult,
): readonly (readonly [TaskPrompts, TaskOutcome])[] {
  let end = 0;
  return group.map((task) => [task, { generations: generations.slice(end, (end += task.prompts.length)), model }]);
}

/**
 * Maximum number of requests after a rejected one. Without a limit, a request in which every text is too long would cause up to two
 * requests for each text.
 */
const MAX_RETRIES = 8;

/** Problems of what all tasks of a request cost together: each may still be paid by itself. */
const PRICE_PROBLEMS: ReadonlySet<ProblemCode> = new Set([
  "insufficient-credits",
  "key-budget-exhausted",
  "spend-cap-reached",
]);

/** Splits a group in two: all tasks except the one with the longest prompt, and that task alone. */
function splitOffLongest(group: readonly TaskPrompts[]): readonly (readonly TaskPrompts[])[] {
  const lengthOf = ({ prompts }: TaskPrompts): number => Math.max(0, ...prompts.map(({ length }) => length));
  const longestFirst = group.toSorted((one, other) => lengthOf(other) - lengthOf(one));
  return [longestFirst.slice(1), longestFirst.slice(0, 1)];
}

/**
 * Finds the generations of several tasks on one image. Tasks with equal decoding settings share requests of up to `MAX_PROMPTS` prompts, and
 * each request needs one vision pass. If a request fails, its problem is the outcome of each of its tasks. If a single prompt can be the
 * cause, the task with the longest prompt and the other tasks are then requested separately; if the account cannot pay for all, each task by itself, in
 * their order. Throws what `problemOf` rethrows.
 */
export async function findForTasks(
  find: FindGenerations,
  { image, tasks }: { readonly image: EncodedImage | AbsentImage; readonly tasks: readonly TaskPrompts[] },
  call: CallContext,
): Promise<TasksResult> {
  const reports: Pick<GenerationsResult, "cache" | "timings">[] = [];
  const outcomes = new Map<TaskPrompts, TaskOutcome>();
  let retries = 0;
  const findGroup = async (group: readonly TaskPrompts[]): Promise<void> => {
    try {
      if (call.signal.aborted) throw new Problem("request-cancelled", "The caller disconnected.");
      const request = { image, prompts: promptsOf(group), tasks: tasksOf(group), decoding: group[0]?.decoding ?? {} };
      const result = await find(request, call);
      reports.push(result);
      for (const [task, outcome] of splitResult(group, result)) outcomes.set(task, outcome);
    } catch (thrown) {
      const problem = problemOf(thrown, call);
      for (const task of group) outcomes.set(task, problem);
      if (PRICE_PROBLEMS.has(problem.code) && group.length > 1) {
        for (const task of group) await findGroup([task]);
        return;
      }
      if (group.length === 1 || !PROMPT_PROBLEMS.has(problem.code)) return;
      for (const part of splitOffLongest(group)) {
        retries += 1;
        if (retries <= MAX_RETRIES) await findGroup(part);
      }
    }
  };
  const byDecoding = Map.groupBy(tasks, ({ decoding }) => JSON.stringify(decoding));
  for (const group of [...byDecoding.values()].flatMap(splitByPromptLimit)) await findGroup(group);
  return {
    outcomes: tasks.flatMap((task) => outcomes.get(task) ?? []),
    cache: mergeReports(reports.map(({ cache }) => cache)),
    timings: sumTimings(reports.map(({ timings }) => timings)),
  };
}
