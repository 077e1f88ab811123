/**
 * Measures the edge alone, under `workerd serve`: cached answers from each cache level against a minimal Worker, in turns in one run; and the
 * overhead of a cache miss. The backend answers at once, and KV and the Cache API are in the memory of the same process (`edge/services/`), so that
 * only the Worker's own work is measured. Needs `npm ci --ignore-scripts --prefix bench/competitors` (for autocannon, the load generator).
 *
 *   node bench/edge.ts [rounds] [seconds]
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../tools/serve.ts";
import { percentile, printVerdict } from "./backend/figures.ts";
import { startBackend } from "./edge/backend.ts";
import { load, type Load, type LoadRequest } from "./edge/load.ts";
import { missOverheads } from "./edge/miss.ts";
import { serveImage } from "./edge/image-server.ts";
import { apiRequests, helloRequests } from "./edge/requests.ts";
import { openAccount } from "./edge/account.ts";
import { drivenPerSecond, incrementsPerSecond, missesPerSecond } from "./edge/distinct.ts";
import { startServers } from "./edge/servers.ts";
import type { Workerd } from "./edge/workerd.ts";
import { median } from "./measure.ts";

const rounds = Number(process.argv[2] ?? 5);
const seconds = Number(process.argv[3] ?? 2);
/** Concurrent requests. */
const CONCURRENCY = 16;
const MISSES = 200;
const MISS_AIM_MS = 3;

interface Candidate {
  readonly name: string;
  readonly server: Workerd;
  readonly request: LoadRequest;
  /** The target share of the hello Worker's request rate. */
  readonly aim: number | undefined;
}

const backend = await startBackend();
const imageServer = await serveImage(await readFile(join(root, "test/pictures/street.jpg")));
const servers = await startServers(backend.url);
const { hello, levels, shared, paid, counter, ledger } = servers;
const authorization = `Bearer ${await openAccount(paid)}`;
/** A repeat with accounts on is to be nearly as fast as without. */
const PAID_AIM = 0.9;

/** Different questions of one account in a second, beside the increments of a bare object: each holds and settles. */
const DISTINCT_AIM = 0.4;

/** The same request with a key. */
function withKey(request: LoadRequest): LoadRequest {
  return { ...request, headers: { ...request.headers, authorization } };
}

const aims: Readonly<Record<string, number>> = { "isolate: JSON, address": 0.6, "isolate: JSON, 4 kB picture": 0.6 };
const OTHER_AIM = 0.3;
const candidates: readonly Candidate[] = [
  ...Object.entries(helloRequests).map(([name, request]) => ({ name, server: hello, request, aim: undefined })),
  ...Object.entries(levels).flatMap(([level, server]) =>
    Object.entries(apiRequests(imageServer.url)).map(([title, request]) => {
      const name = `${level}: ${title}`;
      return { name, server, request, aim: aims[name] ?? OTHER_AIM };
    }),
  ),
  ...Object.entries(apiRequests(imageServer.url)).map(([title, request]) => {
    return { name: `accounts: ${title}`, server: paid, request: withKey(request), aim: undefined };
  }),
];

function medianOf(loads: readonly Load[], of: keyof Load): number {
  return median(loads.map((each) => each[of]));
}

async function measure(): Promise<ReadonlyMap<string, Load>> {
  const all = new Map<string, readonly Load[]>();
  for (const { server, request } of candidates) await load(server, request, { seconds: 1, concurrency: 1 });
  for (let round = 0; round < rounds; round++) {
    for (const { name, server, request } of candidates) {
      const result = await load(server, request, { seconds, concurrency: CONCURRENCY });
      all.set(name, [...(all.get(name) ?? []), result]);
    }
  }
  const rows = [...all].map(([name, loads]): [string, Load] => [
    name,
    {
      requestsPerSecond: medianOf(loads, "requestsPerSecond"),
      p50Ms: medianOf(loads, "p50Ms"),
      p99Ms: medianOf(loads, "p99Ms"),
      processorMs: medianOf(loads, "processorMs"),
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
  for (const { name, aim } of candidates) {
    if (aim !== undefined) printVerdict(`${name} beside hello`, (table.get(name)?.requestsPerSecond ?? 0) / base, aim);
  }
  for (const title of Object.keys(apiRequests(imageServer.url))) {
    const [on, off] = ["accounts", "isolate"].map((kind) => table.get(`${kind}: ${title}`)?.requestsPerSecond ?? 0);
    printVerdict(`own repeats with accounts beside without: ${title}`, (on ?? 0) / (off ?? 0), PAID_AIM);
  }
  const variants = {
    "by itself": [levels.isolate, undefined],
    "with the Durable Object": [shared, undefined],
    "with accounts": [paid, authorization],
  } as const;
  for (const [how, [server, key]] of Object.entries(variants)) {
    const overheads = await missOverheads(server, backend, MISSES, key);
    const [p50, p99] = [percentile(overheads, 0.5), percentile(overheads, 0.99)];
    console.log(
      `A miss without the backend's time, ${how}: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)}; the aim is ${MISS_AIM_MS}`,
    );
  }
  for (const concurrency of [1, 16, 64]) {
    const extent = { seconds, concurrency };
    const increments = await incrementsPerSecond(counter, extent);
    const misses = await missesPerSecond(paid, extent, authorization);
    const free = await missesPerSecond(levels.isolate, extent);
    const figures = `${increments.toFixed(0)} increments/s, ${misses.toFixed(0)} paid misses/s, ${free.toFixed(0)} without accounts`;
    console.log(`Different questions, ${concurrency} at once: ${figures}`);
    printVerdict(`paid misses beside increments, ${concurrency} at once`, misses / increments, DISTINCT_AIM);
    console.log(`paid misses beside misses without accounts, ${concurrency} at once: ${(misses / free).toFixed(2)}`);
    const pairs = await drivenPerSecond(ledger, extent);
    const alone = await drivenPerSecond(counter, extent);
    const objects = `${pairs.toFixed(0)} holds and settlements/s beside ${alone.toFixed(0)} increments/s`;
    console.log(`The object by itself, ${concurrency} at once: ${objects}, ${(pairs / alone).toFixed(2)}`);
  }
} finally {
  await servers.stop();
  backend.stop();
  imageServer.stop();
}
