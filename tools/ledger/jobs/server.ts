import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "../../serve.ts";
import type { ServedAt, ServedJobs } from "./server-process.ts";

/** An API with a queue and a bucket in processes of their own, which a `kill -9` ends together. */
export interface KillableServer {
  readonly url: URL;
  /** Kills it, and starts another at the same address with what was stored. The queue has forgotten its messages. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface Started {
  readonly child: ChildProcess;
  readonly url: URL;
}

/** How often an API that starts is asked whether it answers, and how long a reply is waited for, in milliseconds. */
const POLL_MS = 100;
const REPLY_MS = 1000;

/**
 * Resolves when an API at a known address answers. Miniflare does not always say so: where alarms are due when workerd starts, the first request, which Miniflare sends to
 * know that it is ready, was seen to get no reply at all, while those after it did.
 */
async function answering({ port }: ServedJobs, child: ChildProcess): Promise<ServedAt[]> {
  const url = `http://127.0.0.1:${port}/`;
  while (child.exitCode === null && child.signalCode === null) {
    const asked = port === 0 ? undefined : fetch(new URL("/healthz", url), { signal: AbortSignal.timeout(REPLY_MS) });
    const response = await asked?.catch(() => undefined);
    if (response?.ok === true) return [{ url }];
    await sleep(POLL_MS);
  }
  return new Promise(() => {});
}

async function start(served: ServedJobs): Promise<Started> {
  const script = join(root, "tools/ledger/jobs/server-process.ts");
  // In a group of its own: workerd is a child of it.
  const child = fork(script, [JSON.stringify(served)], {
    detached: true,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(child, "exit").then((): never => {
    throw new Error("The API ended; what it says is above.");
  });
  // Only until it listens: later it is killed.
  ended.catch(() => {});
  const [listening]: (ServedAt | undefined)[] = await Promise.race([
    once(child, "message"),
    answering(served, child),
    ended,
  ]);
  if (listening === undefined) throw new Error("The API did not say where it listens.");
  return { child, url: new URL(listening.url) };
}

async function kill({ child }: Started): Promise<void> {
  const exited = once(child, "exit");
  if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  await exited;
}

/** Starts an API that answers later, too, on a free port. */
export async function startKillableServer(
  entry: string | undefined,
  variables: ServedJobs["variables"],
): Promise<KillableServer> {
  const storage = await mkdtemp(join(tmpdir(), "florence-edge-jobs-"));
  const served = { storage, entry, variables };
  let running = await start({ ...served, port: 0 });
  const { url } = running;
  const end = (): void => {
    if (running.child.pid !== undefined) process.kill(-running.child.pid, "SIGKILL");
  };
  process.once("exit", end);
  return {
    url,
    restart: async () => {
      await kill(running);
      running = await start({ ...served, port: Number(url.port) });
    },
    stop: async () => {
      process.off("exit", end);
      await kill(running);
      await rm(storage, { recursive: true, force: true });
    },
  };
}
