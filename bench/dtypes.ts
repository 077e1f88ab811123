/**
 * Compares the mini model with weights of other types to the shipped one: file size, isolate memory, CPU time per answer and quality.
 * Needs `make -C training checkpoint art`, and folders of models written by `npm run shard -- … mini --output <folder>`.
 *
 *   node bench/dtypes.ts <folder of models>… [--scenes 64] [--style google --style twitter --style fluent] [--out training/build/dtypes]
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../tools/bundle.ts";
import { root, type Server, serve } from "../tools/serve.ts";
import { processorTime } from "./backend/processor-time.ts";
import { childProcesses } from "./child-processes.ts";
import { isolateMemory } from "./isolate-memory.ts";
import { answerAll } from "./quality/answer-all.ts";
import { equalAnswers } from "./quality/equal-answers.ts";
import { readFigures } from "./quality/figures.ts";
import { florenceTraining } from "./quality/florence-training.ts";
import { modelSize } from "./quality/model-size.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scenes: { type: "string", default: "64" },
    style: { type: "string", multiple: true, default: ["google", "twitter", "fluent"] },
    out: { type: "string", default: join(root, "training/build/dtypes") },
  },
});
const scenes = ["--scenes", values.scenes, "--style", ...values.style];
const shipped = join(root, "model-shards");
/** The figures that are printed. */
const shown = [
  "<OD> ap50",
  "<OD> ap50_95",
  "<OD> labels_f1",
  "<REGION_TO_CATEGORY> accuracy",
  "<REGION_TO_SEGMENTATION> miou",
  "<CAPTION> counts",
] as const;

async function processorTimeOfServers(): Promise<number> {
  const times = await Promise.all((await childProcesses()).map(processorTime));
  return times.filter((time) => !Number.isNaN(time)).reduce((sum, time) => sum + time, 0);
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

/** Sends every question once. Measures the CPU time of all workerd threads, which other programs on the machine affect least. */
async function measureCosts(server: Server) {
  await fetch(new URL("/readyz", server.url));
  const loaded = await isolateMemory(server);
  const before = await processorTimeOfServers();
  const { path, count } = await answerAll(server.url, values.out, 1);
  const perAnswer = ((await processorTimeOfServers()) - before) / count;
  const after = await isolateMemory(server);
  return { path, cells: [megabytes(loaded.linear), megabytes(after.linear), perAnswer.toFixed(1)] };
}

/** Starts a Worker with these models, sends it every question and stops it. */
async function answersOf(models: string) {
  const options = { port: 0, inspect: true, ...(models !== shipped && { models }) };
  const server = await serve(await bundle("bench/embedded-worker.ts"), options);
  try {
    return await measureCosts(server);
  } finally {
    await server.stop();
  }
}

/** Prints a line and returns the answers that the others are compared with: `first`, or this model's own if it is the first. */
async function measure(models: string, first: string | undefined): Promise<string> {
  const { bytes, dtype } = await modelSize(models);
  const { path, cells } = await answersOf(models);
  const answers = await readFile(path, "utf8");
  const out = join(values.out, `${dtype}.json`);
  florenceTraining("evaluate", "--answers", path, ...scenes, "--out", out);
  const figures = await readFigures(out);
  const quality = shown.map((name) => figures.get(name)?.toFixed(3) ?? "");
  const line = [megabytes(bytes), ...cells, ...quality, equalAnswers(answers, first ?? answers)];
  console.log(dtype.padEnd(8) + line.map((cell) => cell.padStart(13)).join(""));
  return first ?? answers;
}

florenceTraining("questions", ...scenes, "--out", values.out);
const titles = [
  "MB",
  "loaded, MB",
  "answered",
  "cores, ms",
  "AP50",
  "AP50-95",
  "F1 named",
  "category",
  "mIoU",
  "captions",
];
console.log(`${"".padEnd(8)}${[...titles, "equal"].map((title) => title.padStart(13)).join("")}`);
let first: string | undefined;
for (const models of [shipped, ...positionals]) first = await measure(models, first);
