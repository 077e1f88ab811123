import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "../serve.ts";
import type { Listening } from "./backend-process.ts";

/** A backend in its own process, which writes the same random text whenever it is asked the same. */
export interface KillableBackend {
  readonly url: string;
  /** Kills it as `kill -9` does, and starts another at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
}

async function start(port: string): Promise<Started> {
  const child = fork(join(root, "tools/ledger/backend-process.ts"), [port]);
  const ended = once(child, "exit").then((): never => {
    throw new Error("The backend ended; what it says is above.");
  });
  // Only until it listens: later it is killed.
  ended.catch(() => {});
  const [listening]: (Listening | undefined)[] = await Promise.race([once(child, "message"), ended]);
  if (listening === undefined) throw new Error("The backend did not say where it listens.");
  return { child, url: listening.url };
}

async function kill({ child }: Started): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** Starts the backend on a free port. */
export async function startBackend(): Promise<KillableBackend> {
  let running = await start("0");
  const { url } = running;
  const end = (): void => void running.child.kill("SIGKILL");
  process.once("exit", end);
  return {
    url,
    restart: async () => {
      await kill(running);
      running = await start(new URL(url).port);
    },
    stop: async () => {
      process.off("exit", end);
      await kill(running);
    },
  };
}
