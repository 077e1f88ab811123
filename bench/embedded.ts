/**
 * Measures the embedded placement: cold start, warm latency of every task, tokens per second and memory, compared with the
 * same graphs, search and preprocessing under native ONNX Runtime with one thread. Both run in turns, after a warm-up.
 *
 *   npm run bench -- [rounds]
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Answer } from "../src/contract/answers.ts";
import type { TaskOptions } from "../src/contract/requests.ts";
import { isTaskName, type TaskName, tasks } from "../src/florence/tasks.ts";
import { bundle } from "../tools/bundle.ts";
import { root, type Server, serve } from "../tools/serve.ts";
import { isolateMemory, type IsolateMemory } from "./isolate-memory.ts";
import { median, timed } from "./measure.ts";
import { freshCall, nativeService } from "./native-service.ts";

/** The number of cold starts measured. */
const COLD_STARTS = 5;
const rounds = Number(process.argv[2] ?? 10);
const imageBytes = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));

const inputs: Readonly<Record<string, TaskOptions>> = {
  none: {},
  text: { text: "two snails and two trucks" },
  labels: { text: "snail" },
  region: { region: { x1: 170, y1: 0, x2: 360, y2: 170 } },
};

/** Answers a task on the image: the Worker over HTTP, or the native runtime in this process. */
type Ask = (task: TaskName, options: TaskOptions) => Promise<Answer>;

function overHttp(server: Server): Ask {
  const image = Buffer.from(imageBytes).toString("base64");
  return async (task, options) => {
    const body = JSON.stringify({ image, ...options });
    const headers = { "content-type": "application/json", "cache-control": "no-store" };
    const response = await fetch(new URL(`/v1/${task}`, server.url), { method: "POST", headers, body });
    if (!response.ok) throw new Error(await response.text());
    return response.json();
  };
}

function natively(): Ask {
  const service = nativeService(1);
  const image = { kind: "bytes", bytes: imageBytes } as const;
  return async (task, options) => Answer.parse((await service.answer({ task, image, options }, freshCall())).answer);
}

async function coldStarts(): Promise<void> {
  const modules = await bundle();
  const listening: number[] = [];
  const first: number[] = [];
  for (let start = 0; start < COLD_STARTS; start++) {
    const started = await timed(() => serve(modules, { port: 0 }));
    const answered = await timed(() => overHttp(started.result)("object-detection", {}));
    listening.push(started.ms);
    first.push(answered.ms);
    await started.result.stop();
  }
  console.log(
    `cold start, median of ${COLD_STARTS}: first answer ${median(first).toFixed(0)} ms after workerd listens`,
  );
  console.log(`(a whole workerd process with its helper Workers listens after ${median(listening).toFixed(0)} ms)`);
}

/** Medians of one task in milliseconds, and its token count; `single` stops after the first token. */
interface Latency {
  readonly embedded: number;
  readonly native: number;
  readonly single: number;
  readonly tokens: number;
}

async function latencyOf(task: TaskName, embedded: Ask, native: Ask): Promise<Latency> {
  const options = inputs[tasks[task].input] ?? {};
  const runs: Latency[] = [];
  for (let round = -1; round < rounds; round++) {
    const ours = await timed(() => embedded(task, options));
    const theirs = await timed(() => native(task, options));
    const single = await timed(() => embedded(task, { ...options, max_new_tokens: 1 }));
    const tokens = ours.result.usage.completion_tokens;
    if (round >= 0) runs.push({ embedded: ours.ms, native: theirs.ms, single: single.ms, tokens });
  }
  const medianOf = (key: keyof Latency) => median(runs.map((run) => run[key]));
  return {
    embedded: medianOf("embedded"),
    native: medianOf("native"),
    single: medianOf("single"),
    tokens: medianOf("tokens"),
  };
}

function isolateBytes({ linear, heap, buffers }: IsolateMemory): number {
  return linear + heap + buffers;
}

function printMemory(when: string, memory: IsolateMemory): void {
  const entries = Object.entries(memory).map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(1)}`);
  console.log(`memory ${when}, MB: ${(isolateBytes(memory) / 1e6).toFixed(1)} in the isolate (${entries.join(", ")})`);
}

function printLatency(task: string, { tokens, embedded, native }: Latency): void {
  const numbers = [tokens.toFixed(0), embedded.toFixed(1), native.toFixed(1), (embedded / native).toFixed(2)];
  console.log(task.padEnd(36) + numbers.map((cell) => cell.padStart(10)).join(""));
}

async function warm(): Promise<void> {
  const server = await serve(await bundle("bench/embedded-worker.ts"), { port: 0, inspect: true });
  await fetch(new URL("/readyz", server.url));
  printMemory("after loading", await isolateMemory(server));
  console.log(`\nwarm, median of ${rounds}, ms; native = ONNX Runtime with one thread, in this process, no HTTP`);
  console.log("task                                    tokens  embedded    native     ratio");
  const [embedded, native] = [overHttp(server), natively()];
  const latencies: Latency[] = [];
  const memories: IsolateMemory[] = [];
  for (const task of Object.keys(tasks).filter(isTaskName)) {
    const latency = await latencyOf(task, embedded, native);
    printLatency(task, latency);
    latencies.push(latency);
    memories.push(await isolateMemory(server));
  }
  await server.stop();
  const ratio = median(latencies.map((latency) => latency.embedded / latency.native));
  const tokenMs = median(
    latencies.map(({ embedded: all, single, tokens }) => (all - single) / Math.max(1, tokens - 1)),
  );
  console.log(`\nmedian ratio embedded ÷ native: ${ratio.toFixed(2)}`);
  console.log(`decoding: ${(1000 / tokenMs).toFixed(0)} tokens/s (${tokenMs.toFixed(2)} ms a token)`);
  const peak = memories.toSorted((one, other) => isolateBytes(other) - isolateBytes(one))[0];
  if (peak !== undefined) printMemory("at its highest between requests", peak);
}

await coldStarts();
await warm();
