/**
 * Measures the start of the Worker: from the start of a `workerd serve` process until it listens and has answered /healthz, in wall-clock time and in processor
 * time of all threads, which other programs affect less; and the size of its bundle. The Worker of this checkout without and with accounts, in turns. Further arguments are folders of other builds (`dist/builds/<key>/worker` of another checkout), which run with the variables of this one, without accounts. Linux only.
 *
 *   chrt -r 1 node bench/cold-start.ts [rounds] [folder …]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { bundle, modulesIn } from "../tools/bundle.ts";
import { type Module, root } from "../tools/serve.ts";
import { ADMIN_KEY } from "./edge/account.ts";
import { configured } from "./edge/servers.ts";
import { type Site, workerdBinary, writeSite } from "./edge/workerd.ts";
import { median } from "./measure.ts";

const [rounds = 20, ...folders] = process.argv.slice(2).map((word, index) => (index === 0 ? Number(word) : word));
/** Starts that fill the system's caches and do not count. */
const WARM_UP = 2;

interface Start {
  readonly answeredMs: number;
  readonly processorMs: number;
}

interface Candidate {
  readonly name: string;
  readonly modules: readonly Module[];
  /** What `workerd serve` reads. */
  readonly folder: string;
  readonly starts: Start[];
}

/** The processor time of all threads that a process has, in milliseconds: in nanoseconds, where `/proc/<pid>/stat` counts hundredths of a second. */
async function processorMs(pid: number | undefined): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`);
  const times = await Promise.all(threads.map((id) => readFile(`/proc/${pid}/task/${id}/schedstat`, "utf8")));
  return times.reduce((sum, text) => sum + Number(text.split(" ")[0]), 0) / 1e6;
}

/** The port at which workerd says that it listens. */
async function portOf(events: Readable): Promise<string> {
  let text = "";
  for await (const chunk of events) {
    text += String(chunk);
    const { port } = /"port":(?<port>\d+)/u.exec(text)?.groups ?? {};
    if (port !== undefined) return port;
  }
  throw new Error("workerd ended before it listened.");
}

async function start({ folder }: Candidate): Promise<Start> {
  const begun = performance.now();
  const child = spawn(workerdBinary(), ["serve", "--control-fd=3", join(folder, "config.capnp")], {
    // Not its errors: of another build, it says that classes of this configuration are not there.
    stdio: ["ignore", "inherit", "ignore", "pipe"],
  });
  const ended = once(child, "exit");
  const events = child.stdio[3];
  if (!(events instanceof Readable)) throw new Error("workerd has no pipe for its events.");
  const port = await portOf(events);
  const response = await fetch(`http://127.0.0.1:${port}/healthz`);
  await response.arrayBuffer();
  const result = { answeredMs: performance.now() - begun, processorMs: await processorMs(child.pid) };
  child.kill("SIGKILL");
  await ended;
  return result;
}

async function prepare(name: string, modules: readonly Module[], changes: Readonly<Record<string, string>> = {}) {
  const { variables: texts, ...compatibility } = configured();
  // Without a model in the isolate: loading it takes most of a second, and not before the first answer.
  const variables = { ...texts, PLACEMENT: "remote", BACKEND_URL: "http://127.0.0.1:9", ...changes };
  const site: Site = {
    ...compatibility,
    modules,
    variables,
    assets: join(root, "dist"),
    coalesces: true,
    cache: "no-cache.js",
  };
  return { name, modules, folder: await writeSite(site, 0), starts: [] };
}

const own = (await bundle()).modules;
const candidates: readonly Candidate[] = await Promise.all([
  prepare("accounts off", own),
  prepare("accounts on", own, { ACCOUNTS: "on", ADMIN_KEY }),
  ...folders.map(async (folder) => prepare(String(folder), await modulesIn(String(folder)))),
]);
for (let round = -WARM_UP; round < Number(rounds); round++) {
  // There and back, so that nobody is always after the same one.
  for (const candidate of round % 2 === 0 ? candidates : candidates.toReversed()) {
    const result = await start(candidate);
    if (round >= 0) candidate.starts.push(result);
  }
}

const off = candidates.find(({ name }) => name === "accounts off")?.starts ?? [];
console.log(
  "answered, processor: ms; beside accounts off: processor ms, median of the pairs; bundle: kB, kB with gzip",
);
for (const { name, modules, folder, starts } of candidates) {
  const beside = median(starts.map(({ processorMs: ms }, index) => ms - (off[index]?.processorMs ?? Number.NaN)));
  const script = modules[0]?.contents ?? new Uint8Array();
  const figures = [
    median(starts.map(({ answeredMs }) => answeredMs)).toFixed(0),
    median(starts.map(({ processorMs: ms }) => ms)).toFixed(1),
    beside.toFixed(1),
    (script.byteLength / 1000).toFixed(0),
    (gzipSync(script, { level: 9 }).byteLength / 1000).toFixed(0),
  ];
  console.log(name.padEnd(20) + figures.map((figure) => figure.padStart(9)).join(""));
  await rm(folder, { recursive: true });
}
