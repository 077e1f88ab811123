/**
 * Times what a stranger meets: `npm start` until /healthz answers 200, and `npm run ask` whole; for the first time, without a build, and then five
 * times with it.
 *
 *   node bench/starts.ts
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../tools/serve.ts";
import { median, timed } from "./measure.ts";

const ROUNDS = 5;
const PORT = 8791;
/** Milliseconds between two looks whether the API answers. */
const INTERVAL_MS = 10;

/** Runs an npm script without its output, with the builds in this folder. */
function npm(builds: string, ...arguments_: readonly string[]): ChildProcess {
  return spawn("npm", arguments_, {
    cwd: root,
    stdio: "ignore",
    env: { ...process.env, FLORENCE_EDGE_BUILDS: builds },
  });
}

const isUp = (): Promise<boolean> =>
  fetch(`http://127.0.0.1:${PORT}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** Milliseconds until `npm start` answers. */
async function start(builds: string): Promise<number> {
  const { ms, result: server } = await timed(async () => {
    const child = npm(builds, "start", "--", "--port", String(PORT));
    while (!(await isUp())) await sleep(INTERVAL_MS);
    return child;
  });
  server.kill();
  await once(server, "close");
  return ms;
}

/** Milliseconds of `npm run ask` until its end. */
async function ask(builds: string): Promise<number> {
  const image = join(root, "test/pictures/street.jpg");
  const { ms } = await timed(() => once(npm(builds, "run", "ask", "--", image, "--json"), "close"));
  return ms;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

for (const [name, measure] of Object.entries({ "npm start": start, "npm run ask": ask })) {
  const builds = await mkdtemp(join(tmpdir(), "florence-edge-builds-"));
  const first = await measure(builds);
  const later: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) later.push(await measure(builds));
  console.log(`${name}: first ${seconds(first)}, then ${seconds(median(later))} (${later.map(seconds).join(", ")})`);
  await rm(builds, { recursive: true });
}
