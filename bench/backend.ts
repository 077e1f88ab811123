/**
 * Compares our GPU backend on the CPU with Hugging Face's PyTorch and transformers.js, each behind HTTP in its own process:
 * requests per second and latency by concurrency, and five tasks in one call against five calls. All get the same requests
 * and are measured in turns, after each has answered every request once. Their token ids are compared.
 *
 *   node bench/backend.ts [rounds] [seconds of each measurement]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../tools/serve.ts";
import { type Comparison, startComparison } from "./backend/comparison.ts";
import { printTable, printVerdict, rateOf } from "./backend/figures.ts";
import { startLoadGenerator } from "./backend/load-generator.ts";
import { python, type SideName } from "./backend/servers.ts";
import { bestThreads } from "./backend/threads.ts";

/** Concurrency levels, each with the target ratio of our request rate to the faster competitor's. */
const levels = [
  { concurrency: 1, aim: 1.5 },
  { concurrency: 4, aim: undefined },
  { concurrency: 16, aim: 3 },
  { concurrency: 64, aim: undefined },
] as const;
/** The concurrency of measurements at a single level. */
const DEFAULT_CONCURRENCY = 16;
const TASKS = 5;
/** The target speedup of one call with five tasks over five sequential calls. */
const COMBINED_AIM = 3;

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

/** Compares the token ids of all sides with Hugging Face's. */
async function compareIds({ answers }: Comparison): Promise<void> {
  const expected = await answers(huggingFace, DEFAULT_CONCURRENCY);
  for (const side of [transformersJs, unbatched, ours, cached] as const) {
    const ids = await answers(side, DEFAULT_CONCURRENCY);
    const equal = ids.filter((each, at) => JSON.stringify(each) === JSON.stringify(expected[at])).length;
    console.log(`${side}: ids equal Hugging Face's for ${equal} of ${expected.length} questions`);
  }
}

async function compareLevels({ interleave }: Comparison): Promise<void> {
  for (const { concurrency, aim } of levels) {
    const sides = [huggingFace, transformersJs, unbatched, ours] as const;
    const table = await interleave(
      sides.map((side) => ({ title: side, side, requests: "distinct" as const, concurrency })),
    );
    printTable(`${concurrency} under way, pictures not seen before`, table);
    printVerdict(
      "ours beside the better competitor",
      rateOf(table, ours) / betterOf((side) => rateOf(table, side)),
      aim,
    );
  }
}

async function compareRepeated({ interleave }: Comparison): Promise<void> {
  const sides = [huggingFace, transformersJs, ours, cached] as const;
  const entries = sides.map((side) => {
    return { title: side, side, requests: "repeated" as const, concurrency: DEFAULT_CONCURRENCY };
  });
  const table = await interleave(entries);
  printTable(`${DEFAULT_CONCURRENCY} under way, five tasks on each picture, again and again`, table);
  const ratio = rateOf(table, cached) / betterOf((side) => rateOf(table, side));
  printVerdict("ours with its cache of features beside the better competitor", ratio, undefined);
}

async function compareCombined({ interleave }: Comparison): Promise<void> {
  for (const side of [ours, cached] as const) {
    const [one, sequential, concurrent] = ["one call", "five, one by one", "five at once"] as const;
    const table = await interleave([
      { title: one, side, requests: "combined", concurrency: 1 },
      { title: sequential, side, requests: "repeated", concurrency: 1 },
      { title: concurrent, side, requests: "repeated", concurrency: TASKS },
    ]);
    printTable(`${side}: five tasks on a picture`, table);
    const tasksPerSecond = TASKS * rateOf(table, one);
    printVerdict("one call beside five, one by one", tasksPerSecond / rateOf(table, sequential), COMBINED_AIM);
    printVerdict("one call beside five at once", tasksPerSecond / rateOf(table, concurrent), undefined);
  }
}

const folder = mkdtempSync(join(tmpdir(), "florence-edge-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true }));
// Without a handler, a signal would end the process and leave its servers running.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
execFileSync(python, [join(root, "bench/backend/images.py"), join(root, "test/vectors/mini/pictures"), folder]);
const generator = startLoadGenerator(folder);
const trial = { rounds, seconds, concurrency: DEFAULT_CONCURRENCY };
const ourThreads = await bestThreads(ours, generator, trial);
const threads = new Map<SideName, number>([
  [huggingFace, await bestThreads(huggingFace, generator, trial)],
  [transformersJs, await bestThreads(transformersJs, generator, trial)],
  ...[unbatched, ours, cached].map((side) => [side, ourThreads] as const),
]);
const comparison = await startComparison(threads, generator, { rounds, seconds });
const load = () => loadavg().map((value) => value.toFixed(1));
console.log(`${rounds} rounds of ${seconds} s; the machine's load before: ${load().join(", ")}`);
for (const part of [compareIds, compareLevels, compareRepeated, compareCombined]) await part(comparison);
console.log(`\nthe machine's load at the end, by what is measured itself too: ${load().join(", ")}`);
process.exit();
