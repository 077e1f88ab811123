/**
 * Compares generation with transformers.js on the same ONNX files: five tasks on one image, and each task alone. Both run on
 * native ONNX Runtime with one thread, use greedy search and run in turns, after a warm-up.
 *
 *   node bench/generate.ts [rounds]
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TaskName } from "../src/florence/tasks.ts";
import { root } from "../tools/serve.ts";
import type { Round } from "./generate-side.ts";
import { graphs } from "./graph-times.ts";
import { median } from "./measure.ts";

const WARM_UP_ROUNDS = 10;
const rounds = Number(process.argv[2] ?? 20);
const five = ["caption", "detailed-caption", "object-detection", "dense-region-caption", "ocr-with-region"] as const;

function start(side: string): ChildProcess {
  return fork(join(root, "bench/generate-side.ts"), [side], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

async function ask(side: ChildProcess, names: readonly TaskName[]): Promise<Round> {
  side.send(names);
  const [round]: Round[] = await once(side, "message");
  if (round === undefined) throw new Error("A side gave no answer.");
  return round;
}

const [transformersJs, florenceEdge] = [start("transformers.js"), start("florence-edge")];

function totals(all: readonly Round[]): readonly number[] {
  return all.map(({ total }) => total);
}

function print(name: string, all: readonly Round[]): void {
  const total = totals(all);
  const parts = graphs.map((graph) => median(all.map((round) => round[graph])));
  const rest = median(all.map((round) => round.total - graphs.reduce((sum, graph) => sum + round[graph], 0)));
  console.log(
    name.padEnd(16) +
      [median(total), Math.min(...total), ...parts, rest].map((ms) => ms.toFixed(1).padStart(11)).join(""),
  );
}

function printEqual(names: readonly TaskName[], { ids: theirs }: Round, { ids: ours }: Round): void {
  const equal = names.filter((_, index) => String(theirs[index]) === String(ours[index])).length;
  console.log(`token ids equal: ${equal} of ${names.length} (${ours.map(({ length }) => length).join(", ")} tokens)`);
}

/** Measures both sides in turns; compares the ids of the last warm-up round. */
async function compare(title: string, names: readonly TaskName[]): Promise<void> {
  const theirs: Round[] = [];
  const ours: Round[] = [];
  console.log(`\n${title}, median of ${rounds}, ms`);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const [js, edge] = [await ask(transformersJs, names), await ask(florenceEdge, names)];
    if (round === -1) printEqual(names, js, edge);
    if (round < 0) continue;
    theirs.push(js);
    ours.push(edge);
  }
  console.log(" ".repeat(16) + ["total", "least", ...graphs, "rest"].map((head) => head.padStart(11)).join(""));
  print("transformers.js", theirs);
  print("florence-edge", ours);
  const least = Math.min(...totals(theirs)) / Math.min(...totals(ours));
  const ratio = median(totals(theirs)) / median(totals(ours));
  console.log(
    `${ratio.toFixed(2)} times as fast; ${least.toFixed(2)} times by the least, which a busy machine spoils less`,
  );
}

await compare("five tasks", five);
for (const name of five) await compare(name, [name]);
for (const side of [transformersJs, florenceEdge]) side.disconnect();
