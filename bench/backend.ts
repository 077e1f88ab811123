/**
 * Our GPU backend on the CPU beside Hugging Face's PyTorch and transformers.js, each behind HTTP in a process of its own:
 * requests a second and latency by the number of requests under way, and five tasks in one call beside five calls. All are
 * asked the same, take turns after each has answered every question once, and their ids are compared.
 *
 *   node bench/backend.ts [rounds] [seconds of each measurement]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../tools/serve.ts";
import { type Contest, startContest } from "./backend/comparison.ts";
import { printTable, printVerdict, rateOf } from "./backend/figures.ts";
import { startLoadGenerator } from "./backend/load-generator.ts";
import { python, type SideName } from "./backend/servers.ts";
import { bestThreads } from "./backend/threads.ts";

/** Requests under way at once, and how many times as many answers as the better competitor's are wanted. */
const levels = [
  { concurrency: 1, aim: 1.5 },
  { concurrency: 4, aim: undefined },
  { concurrency: 16, aim: 3 },
  { concurrency: 64, aim: undefined },
] as const;
/** Where one level must do. */
const USUAL_LEVEL = 16;
const TASKS = 5;
/** One call with five tasks beside five calls. */
const TOGETHER_AIM = 3;

const [huggingFace, transformersJs, unbatched, ours, cached] = [
  "Hugging Face",
  "transformers.js",
  "ours, no batches",
  "ours",
  "ours, cache",
] as const;
const [rounds = 5, seconds = 6] = process.argv.slice(2).map(Number);

function betterOf(rateOfSide: (side: SideName) => number): number {
  return Math.max(rateOfSide(huggingFace), rateOfSide(transformersJs));
}

/** What Hugging Face writes is what the others must. */
async function compareIds({ answers }: Contest): Promise<void> {
  const expected = await answers(huggingFace, USUAL_LEVEL);
  for (const side of [transformersJs, unbatched, ours, cached] as const) {
    const ids = await answers(side, USUAL_LEVEL);
    const equal = ids.filter((each, at) => JSON.stringify(each) === JSON.stringify(expected[at])).length;
    console.log(`${side}: ids equal Hugging Face's for ${equal} of ${expected.length} questions`);
  }
}

async function compareLevels({ inTurns }: Contest): Promise<void> {
  for (const { concurrency, aim } of levels) {
    const sides = [huggingFace, transformersJs, unbatched, ours] as const;
    const table = await inTurns(
      sides.map((side) => ({ title: side, side, questions: "distinct" as const, concurrency })),
    );
    printTable(`${concurrency} under way, pictures not seen before`, table);
    printVerdict(
      "ours beside the better competitor",
      rateOf(table, ours) / betterOf((side) => rateOf(table, side)),
      aim,
    );
  }
}

async function compareRepeated({ inTurns }: Contest): Promise<void> {
  const sides = [huggingFace, transformersJs, ours, cached] as const;
  const entries = sides.map((side) => {
    return { title: side, side, questions: "repeated" as const, concurrency: USUAL_LEVEL };
  });
  const table = await inTurns(entries);
  printTable(`${USUAL_LEVEL} under way, five tasks on each picture, again and again`, table);
  const ratio = rateOf(table, cached) / betterOf((side) => rateOf(table, side));
  printVerdict("ours with its cache of features beside the better competitor", ratio, undefined);
}

async function compareTogether({ inTurns }: Contest): Promise<void> {
  for (const side of [ours, cached] as const) {
    const [one, after, once] = ["one call", "five, one by one", "five at once"] as const;
    const table = await inTurns([
      { title: one, side, questions: "together", concurrency: 1 },
      { title: after, side, questions: "repeated", concurrency: 1 },
      { title: once, side, questions: "repeated", concurrency: TASKS },
    ]);
    printTable(`${side}: five tasks on a picture`, table);
    const pictures = TASKS * rateOf(table, one);
    printVerdict("one call beside five, one by one", pictures / rateOf(table, after), TOGETHER_AIM);
    printVerdict("one call beside five at once", pictures / rateOf(table, once), undefined);
  }
}

const folder = mkdtempSync(join(tmpdir(), "florence-edge-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true }));
// Without a handler a signal ends the process with its servers left behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
execFileSync(python, [join(root, "bench/backend/images.py"), join(root, "test/vectors/mini/pictures"), folder]);
const generator = startLoadGenerator(folder);
const trial = { rounds, seconds, concurrency: USUAL_LEVEL };
const ourThreads = await bestThreads(ours, generator, trial);
const threads = new Map<SideName, number>([
  [huggingFace, await bestThreads(huggingFace, generator, trial)],
  [transformersJs, await bestThreads(transformersJs, generator, trial)],
  ...[unbatched, ours, cached].map((side) => [side, ourThreads] as const),
]);
const contest = await startContest(threads, generator, { rounds, seconds });
const load = () => loadavg().map((value) => value.toFixed(1));
console.log(`${rounds} rounds of ${seconds} s; the machine's load before: ${load().join(", ")}`);
for (const part of [compareIds, compareLevels, compareRepeated, compareTogether]) await part(contest);
console.log(`\nthe machine's load at the end, by what is measured itself too: ${load().join(", ")}`);
process.exit();
