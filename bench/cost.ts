/**
 * Measures what Cloudflare bills for an answer, under `workerd serve`: processor time of the whole process (an upper bound: it also reads and writes HTTP, which Cloudflare does not bill),
 * calls of objects, rows they write, reads and writes of KV. Writes `cost.json`, of which `npm run docs` draws the table in docs/explanation/cost.md.
 *
 *   node bench/cost.ts [answers of each kind]
 */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { bundle } from "../tools/bundle.ts";
import { root } from "../tools/serve.ts";
import { buildAssets } from "../tools/site/build-assets.ts";
import { processorTime } from "./backend/processor-time.ts";
import type { Usage } from "./cost/prices.ts";
import { ADMIN_KEY, openAccount } from "./edge/account.ts";
import { startBackend } from "./edge/backend.ts";
import { uploadRequest } from "./edge/requests.ts";
import { configured } from "./edge/servers.ts";
import { serveWithWorkerd, type Site, type Workerd } from "./edge/workerd.ts";

const answers = Number(process.argv[2] ?? 400);
/** Answers of a model on this machine's processors, which take a tenth of a second each. */
const embeddedAnswers = Math.ceil(answers / 8);
const WARM_UP = 40;

const Counts = z.object({
  kvReads: z.number(),
  kvWrites: z.number(),
  objectRequests: z.number(),
  objectMs: z.number(),
  rowsWritten: z.number(),
});

async function countsOf({ url }: Workerd): Promise<z.infer<typeof Counts>> {
  return Counts.parse(await (await fetch(new URL("/bench/counts", url))).json());
}

/** Each mark is an image of its own in a run. */
let marks = 0;

async function send(server: Workerd, mark: number, key: string | undefined): Promise<void> {
  const { path, method, body, headers } = uploadRequest(mark);
  const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(new URL(path, server.url), {
    method,
    headers: { ...headers, ...authorization },
    body: body ?? null,
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  await response.arrayBuffer();
}

interface Measured {
  readonly server: Workerd;
  readonly isRepeat: boolean;
  readonly key?: string | undefined;
  readonly count?: number;
}

/** What an answer uses: to the same question again and again, or to one that nobody has asked. */
async function measure({ server, isRepeat, key, count = answers }: Measured): Promise<Usage> {
  const ask = async (): Promise<void> => {
    if (!isRepeat) marks += 1;
    await send(server, isRepeat ? 0 : marks, key);
  };
  for (let index = 0; index < Math.min(WARM_UP, count); index += 1) await ask();
  const [before, beforeMs] = [await countsOf(server), await processorTime(server.process.pid)];
  for (let index = 0; index < count; index += 1) await ask();
  const [after, afterMs] = [await countsOf(server), await processorTime(server.process.pid)];
  const each = (name: keyof typeof before): number => (after[name] - before[name]) / count;
  return {
    cpuMs: (afterMs - beforeMs) / count,
    objectRequests: each("objectRequests"),
    objectMs: each("objectMs"),
    rowsWritten: each("rowsWritten"),
    kvReads: each("kvReads"),
    kvWrites: each("kvWrites"),
  };
}

await buildAssets();
const backend = await startBackend();
const { variables: texts, ...compatibility } = configured();
const remote = { ...texts, PLACEMENT: "remote", BACKEND_URL: backend.url };
const build = await bundle("bench/cost-worker.ts");
const assets = join(root, "dist/assets");
const site: Site = {
  ...compatibility,
  assets,
  modules: build.modules,
  variables: remote,
  coalesces: true,
  cache: "cache.js",
};
const withoutMemory = { ...remote, CACHE_MEMORY_BYTES: "0" };
const servers = {
  remote: await serveWithWorkerd(site),
  kv: await serveWithWorkerd({ ...site, variables: withoutMemory, cache: "no-cache.js" }),
  paid: await serveWithWorkerd({ ...site, variables: { ...remote, ACCOUNTS: "on", ADMIN_KEY } }),
  embedded: await serveWithWorkerd({ ...site, variables: { ...texts, PLACEMENT: "embedded" } }),
};
try {
  const key = await openAccount(servers.paid);
  const cases = {
    "hit in memory": await measure({ server: servers.remote, isRepeat: true }),
    "hit in KV": await measure({ server: servers.kv, isRepeat: true }),
    miss: await measure({ server: servers.remote, isRepeat: false }),
    "own repeat, accounts on": await measure({ server: servers.paid, isRepeat: true, key }),
    "paid miss": await measure({ server: servers.paid, isRepeat: false, key }),
    "miss, model in the isolate": await measure({ server: servers.embedded, isRepeat: false, count: embeddedAnswers }),
  };
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: root, encoding: "utf8" }).trim();
  const report = { date: new Date().toISOString().slice(0, 10), commit, answers, cases };
  await writeFile(join(root, "bench/cost.json"), `${JSON.stringify(report, null, 2)}\n`);
  console.table(cases);
} finally {
  await Promise.all(Object.values(servers).map((server) => server.stop()));
  backend.stop();
}
