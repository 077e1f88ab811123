/**
 * Compares parsing on the public vectors: our `postProcess` (the reference's output) and `parse` (the product's) against the
 * `post_process_generation` of Hugging Face and of transformers.js. All run in turns in one run, after a warm-up.
 *
 *   node bench/parse.ts [rounds]
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bannedPhrases } from "../src/florence/banned-phrases.ts";
import type { ImageSize } from "../src/florence/coordinates.ts";
import { parse } from "../src/florence/parse.ts";
import { postProcess } from "../src/florence/reference.ts";
import { isTaskName, type TaskName, tasks } from "../src/florence/tasks.ts";
import { root } from "../tools/serve.ts";
import { isSame } from "../tools/vector-runners.ts";
import { loadProcessor } from "./competitors/transformers-js.ts";
import { median, timed } from "./measure.ts";

interface Vector {
  readonly task: string;
  readonly text: string;
  readonly image_size: readonly [number, number];
}

/** A vector with the arguments of every parser. */
interface Case extends Vector {
  readonly name: TaskName;
  readonly size: ImageSize;
}

type Pass = (cases: readonly Case[]) => void;

/** Passes of each fast parser per round, so that their medians are as reliable as the slow one's. */
const PASSES = 10;
const WARM_UP_ROUNDS = 20;
const rounds = Number(process.argv[2] ?? 100);
const { vectors }: { vectors: readonly Vector[] } = JSON.parse(
  readFileSync(join(root, "test/vectors/florence-2/postprocess.json"), "utf8"),
);
const rows = Object.keys(tasks).filter(isTaskName);

/** The reference treats tasks outside the fifteen as text; the product has no request for them, so they run as captions. */
const cases = vectors.map(({ task, text, image_size }): Case => {
  const [width, height] = image_size;
  return {
    task,
    text,
    image_size,
    name: rows.find((name) => tasks[name].token === task) ?? "caption",
    size: { width, height },
  };
});

const asReference: Pass = (some) => {
  for (const { text, task, size } of some) postProcess(text, task, size);
};

const asProduct: Pass = (some) => {
  for (const { text, name, size } of some) parse(text, name, size);
};

/** Starts Hugging Face's processor in a Python process; returns its answers and a function that times one pass in milliseconds. */
async function huggingFace() {
  const python = process.env["PYTHON"] ?? join(root, "training/.venv/bin/python");
  const child = spawn(python, [join(root, "bench/hugging-face-parse.py")], { stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line: string): Promise<unknown> => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${python} cannot run bench/hugging-face-parse.py.`);
    return JSON.parse(value);
  };
  const setup = { vectors, tokenizer: join(root, "model-shards/mini"), banned_phrases: [...bannedPhrases] };
  const answers = await ask(JSON.stringify(setup));
  if (!Array.isArray(answers)) throw new Error("Hugging Face gave no answers.");
  return { answers, pass: async () => Number(await ask("")), stop: () => child.stdin.end() };
}

async function transformersJs() {
  const { processor } = await loadProcessor();
  const run = ({ text, task, image_size }: Case) => processor.post_process_generation(text, task, image_size);
  const runnable = cases.filter((each) => {
    try {
      run(each);
      return true;
    } catch {
      return false;
    }
  });
  const pass: Pass = (some) => {
    for (const each of some) run(each);
  };
  return { runnable, pass };
}

const python = await huggingFace();
const js = await transformersJs();
const equal = cases.filter(({ text, task, size }, index) => {
  return isSame(python.answers[index], postProcess(text, task, size));
}).length;
console.log(`postProcess gives what Hugging Face gives: ${equal} of ${vectors.length}`);
console.log(`transformers.js throws on ${vectors.length - js.runnable.length} of ${vectors.length}`);

const passes: readonly (readonly [string, readonly Case[], Pass])[] = [
  ["postProcess", cases, asReference],
  ["parse", cases, asProduct],
  ["transformers.js", js.runnable, js.pass],
  ["postProcess, same vectors", js.runnable, asReference],
  ["parse, same vectors", js.runnable, asProduct],
];
const samples = new Map<string, number[]>(passes.map(([name]) => [name, []]));
const slow: number[] = [];
for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
  const theirs = await python.pass();
  if (round >= 0) slow.push(theirs);
  for (const [name, some, pass] of passes) {
    for (let index = 0; index < PASSES; index++) {
      const { ms } = await timed(async () => pass(some));
      if (round >= 0) samples.get(name)?.push(ms);
    }
  }
}
python.stop();

function print(name: string, ms: number, against: number): void {
  const ratio = against === ms ? "" : `${(against / ms).toFixed(1)} times as fast`;
  console.log(`${name.padEnd(28)}${ms.toFixed(3).padStart(9)} ms  ${ratio}`);
}

const medianOf = (name: string) => median(samples.get(name) ?? []);
console.log(`\nall ${vectors.length} vectors, median of ${rounds} passes (ours: ${rounds * PASSES})`);
print("Hugging Face, Python", median(slow), median(slow));
for (const name of ["postProcess", "parse"]) print(name, medianOf(name), median(slow));
console.log(`\nthe ${js.runnable.length} that transformers.js runs, median of ${rounds * PASSES} passes`);
const theirs = medianOf("transformers.js");
for (const name of ["transformers.js", "postProcess, same vectors", "parse, same vectors"]) {
  print(name, medianOf(name), theirs);
}
