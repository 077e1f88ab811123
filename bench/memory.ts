/**
 * Measures the highest memory of the embedded placement's isolate within requests of all image formats at two megapixels.
 *
 *   npm exec -- node bench/memory.ts <folder of images> [--requests 200] [--heap 24] [--data 0]
 *
 * `--heap`: V8's limit of the JavaScript heap in MB, which makes the collector work as under the limit of an isolate. `--data`: limit in MB of what
 * workerd may take beyond its size before the first request; beyond it, workerd ends. 0 sets no limit.
 */
import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundle } from "../tools/bundle.ts";
import { serve } from "../tools/serve.ts";
import { childProcesses } from "./child-processes.ts";
import { watchIsolate } from "./watch-isolate.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    requests: { type: "string", default: "200" },
    heap: { type: "string", default: "24" },
    data: { type: "string", default: "0" },
    only: { type: "string", default: "" },
  },
});
const [folder = "training/build/memory-images"] = positionals;
/** Tasks that need no further input, with short and long answers. */
const tasks = ["object-detection", "caption", "ocr-with-region", "detailed-caption"];
const MB = 1e6;

async function processMemory(pid: number, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return 1024 * Number(new RegExp(`${field}:\\s+(?<kilobytes>\\d+)`, "u").exec(status)?.groups?.["kilobytes"]);
}

if (values.heap !== "0") process.env["MINIFLARE_WORKERD_V8_FLAGS"] = `--max-heap-size=${values.heap}`;
const server = await serve(await bundle("bench/memory-worker.ts"), { port: 0, inspect: true });
const [workerd = 0] = (await childProcesses()).toSorted((one, other) => other - one);
await fetch(new URL("/healthz", server.url)).then((response) => response.arrayBuffer());
const before = { data: await processMemory(workerd, "VmData"), resident: await processMemory(workerd, "VmRSS") };
if (values.data !== "0") {
  execFileSync("prlimit", [`--pid=${workerd}`, `--data=${before.data + Number(values.data) * MB}`]);
}
const watch = await watchIsolate(server);
await fetch(new URL("/readyz", server.url)).then((response) => response.arrayBuffer());
console.log("loaded  ", watch.take());

const files = (await readdir(folder)).toSorted().filter((name) => name.includes(values.only));
const bytes = await Promise.all(files.map((name) => readFile(join(folder, name))));
const times: number[] = [];
let failed = 0;
for (let count = 0; count < Number(values.requests); count += 1) {
  const image = bytes[count % files.length] ?? Buffer.of();
  const started = performance.now();
  try {
    const response = await fetch(new URL(`/v1/${tasks[Math.floor(count / files.length) % tasks.length]}`, server.url), {
      method: "POST",
      headers: { "content-type": "application/json", "cache-control": "no-store" },
      body: JSON.stringify({ image: image.toString("base64") }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${text.slice(0, 300)}`);
    times.push(performance.now() - started);
  } catch (error) {
    failed += 1;
    if (failed < 4) console.log(files[count % files.length], error);
  }
  if (count < files.length) console.log((files[count % files.length] ?? "").padEnd(28), watch.take());
  if (failed > 8) break;
}
const peak = watch.highest();
console.log("highest ", peak);
const resident = await processMemory(workerd, "VmHWM").catch(() => 0);
console.log(
  `answered ${times.length}, failed ${failed}; ms median ${times.toSorted((a, b) => a - b)[times.length >> 1]?.toFixed(0)}; resident beyond the start ${((resident - before.resident) / MB).toFixed(0)} MB; data ${((await processMemory(workerd, "VmData").catch(() => 0)) - before.data) / MB}`,
);
watch.stop();
await server.stop();
