/**
 * Measures the highest memory of the embedded placement's isolate, within requests with images of all formats at two megapixels, as base64 in JSON.
 * Needs `training/.venv/bin/python bench/memory-images.py`. Linux only.
 *
 *   npm exec -- node bench/memory.ts [folder of images] [--only photo] [--requests 200] [--heap 32] [--data 250]
 *
 * `--heap`: V8's limit of the JavaScript heap in MB (`--max-heap-size`), which makes the collector work; 0 sets none. Array buffers and WebAssembly
 * memories are outside of it. `--data`: how many MB of private memory the process may take beyond what it has before the first request
 * (`RLIMIT_DATA`): beyond it, workerd ends. That includes compiled code and threads, so it is no isolate's limit, but one that can fail; 0 sets none.
 */
import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../tools/bundle.ts";
import { root, type Server, serve } from "../tools/serve.ts";
import { childProcesses } from "./child-processes.ts";
import { median, timed } from "./measure.ts";
import { watchIsolate } from "./watch-isolate.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    requests: { type: "string", default: "200" },
    heap: { type: "string", default: "32" },
    data: { type: "string", default: "0" },
  },
});
const [folder = join(root, "training/build/memory-images")] = positionals;
/** Tasks that need no further input, with short and long answers. */
const tasks = ["object-detection", "caption", "ocr-with-region", "detailed-caption"];
const MB = 1e6;
/** Failures after which the server is taken for dead. */
const MAX_FAILURES = 3;

async function privateBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return 1024 * Number(/VmData:\s+(?<kilobytes>\d+)/u.exec(status)?.groups?.["kilobytes"]);
}

/** Limits the private memory of the newest child process, which is workerd. */
async function limitData(megabytes: number): Promise<void> {
  const workerd = Math.max(...(await childProcesses()));
  execFileSync("prlimit", [`--pid=${workerd}`, `--data=${(await privateBytes(workerd)) + megabytes * MB}`]);
}

/** Reads the answer to a GET or to a question about an image. Throws if it is no success. */
async function ask(server: Server, path: string, image?: string): Promise<void> {
  const headers = { "content-type": "application/json", "cache-control": "no-store" };
  const post = image === undefined ? {} : { method: "POST", headers, body: JSON.stringify({ image }) };
  const response = await fetch(new URL(path, server.url), post);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
}

if (values.heap !== "0") process.env["MINIFLARE_WORKERD_V8_FLAGS"] = `--max-heap-size=${values.heap}`;
const names = (await readdir(folder)).toSorted().filter((name) => name.includes(values.only));
const images = await Promise.all(names.map((name) => readFile(join(folder, name), "base64")));
const server = await serve(await bundle("bench/memory-worker.ts"), { port: 0, inspect: true });
await ask(server, "/healthz");
if (values.data !== "0") await limitData(Number(values.data));
const watch = await watchIsolate(server);
await ask(server, "/readyz");
console.log("loaded".padEnd(28), watch.take());

const times: number[] = [];
let failures = 0;
for (let count = 0; count < Number(values.requests) && failures < MAX_FAILURES; count += 1) {
  const [name = "", image = ""] = [names[count % names.length], images[count % names.length]];
  const task = tasks[Math.floor(count / names.length) % tasks.length];
  try {
    times.push((await timed(() => ask(server, `/v1/${task}`, image))).ms);
  } catch (thrown) {
    failures += 1;
    console.log(name, thrown instanceof Error ? thrown.message : thrown);
  }
  if (count < names.length) console.log(name.padEnd(28), watch.take());
}
console.log("highest".padEnd(28), watch.highest());
console.log(`${times.length} answers in ${median(times).toFixed(0)} ms (median), ${failures} failures`);
watch.stop();
await server.stop();
if (failures > 0) process.exitCode = 1;
