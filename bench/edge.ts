/**
 * The edge by itself, under `workerd serve`: answers out of each level of the cache beside a Worker that only says hello, in turns in one run; and what the edge
 * adds to a request that only the backend can answer. The backend answers at once, KV and the Cache API are memory in the same process (`edge/services/`), so what is
 * measured is the Worker's own work. Needs `npm ci --ignore-scripts --prefix bench/competitors` (autocannon asks).
 *
 *   node bench/edge.ts [rounds] [seconds]
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../tools/serve.ts";
import { percentile, printVerdict } from "./backend/figures.ts";
import { startBackend } from "./edge/backend.ts";
import { load, type Load, type Question } from "./edge/load.ts";
import { missOverheads } from "./edge/miss.ts";
import { servePicture } from "./edge/image-server.ts";
import { helloQuestions, questions } from "./edge/requests.ts";
import { startServers } from "./edge/servers.ts";
import type { Workerd } from "./edge/workerd.ts";
import { median } from "./measure.ts";

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 2);
/** Requests under way at once. */
const CONCURRENCY = 16;
const MISSES = 200;
const MISS_AIM_MS = 3;

interface Contestant {
  readonly name: string;
  readonly server: Workerd;
  readonly question: Question;
  /** How much of hello's rate is hoped for. */
  readonly aim: number | undefined;
}

const backend = await startBackend();
const picture = await servePicture(await readFile(join(root, "test/pictures/street.jpg")));
const servers = await startServers(backend.url);
const { hello, levels, shared } = servers;

const aims: Readonly<Record<string, number>> = { "isolate: JSON, address": 0.6, "isolate: JSON, 4 kB picture": 0.6 };
const OTHER_AIM = 0.3;
const contestants: readonly Contestant[] = [
  ...Object.entries(helloQuestions).map(([name, question]) => ({ name, server: hello, question, aim: undefined })),
  ...Object.entries(levels).flatMap(([level, server]) =>
    Object.entries(questions(picture.url)).map(([asked, question]) => {
      const name = `${level}: ${asked}`;
      return { name, server, question, aim: aims[name] ?? OTHER_AIM };
    }),
  ),
];

function middle(loads: readonly Load[], of: keyof Load): number {
  return median(loads.map((each) => each[of]));
}

async function measure(): Promise<ReadonlyMap<string, Load>> {
  const all = new Map<string, readonly Load[]>();
  for (const { server, question } of contestants) await load(server, question, { seconds: 1, concurrency: 1 });
  for (let round = 0; round < rounds; round++) {
    for (const { name, server, question } of contestants) {
      const result = await load(server, question, { seconds, concurrency: CONCURRENCY });
      all.set(name, [...(all.get(name) ?? []), result]);
    }
  }
  const rows = [...all].map(([name, loads]): [string, Load] => [
    name,
    {
      requestsPerSecond: middle(loads, "requestsPerSecond"),
      p50Ms: middle(loads, "p50Ms"),
      p99Ms: middle(loads, "p99Ms"),
      processorMs: middle(loads, "processorMs"),
    },
  ]);
  return new Map(rows);
}

try {
  const table = await measure();
  const base = table.get("hello")?.requestsPerSecond ?? Number.NaN;
  console.log(`${"".padEnd(34)}requests/s   p50, ms   p99, ms  cores, ms`);
  for (const [name, { requestsPerSecond, p50Ms, p99Ms, processorMs }] of table) {
    const cells = [requestsPerSecond.toFixed(0), p50Ms.toFixed(1), p99Ms.toFixed(1), processorMs.toFixed(3)];
    console.log(name.padEnd(34) + cells.map((cell) => cell.padStart(10)).join(""));
  }
  for (const { name, aim } of contestants) {
    if (aim !== undefined) printVerdict(`${name} beside hello`, (table.get(name)?.requestsPerSecond ?? 0) / base, aim);
  }
  const asking = { "by itself": levels.isolate, "with the Durable Object": shared };
  for (const [how, server] of Object.entries(asking)) {
    const overheads = await missOverheads(server, backend, MISSES);
    const [p50, p99] = [percentile(overheads, 0.5), percentile(overheads, 0.99)];
    console.log(
      `A miss without the backend's time, ${how}: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)}; the aim is ${MISS_AIM_MS}`,
    );
  }
} finally {
  await servers.stop();
  backend.stop();
  picture.stop();
}
