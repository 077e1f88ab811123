import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A facilitator in a process of its own. */
export interface Facilitator {
  readonly url: string;
  /** Sets what is wrong with the next settlements, one after another. */
  failNext(...faults: readonly string[]): Promise<void>;
  /** Starts it again, after it has killed itself, at the same address. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
}

async function start(chainUrl: string, port: string): Promise<Started> {
  const child = fork(join(import.meta.dirname, "facilitator-process.ts"), [chainUrl, port]);
  const [listening]: { url: string }[] = await once(child, "message");
  if (listening === undefined) throw new Error("The facilitator did not say where it listens.");
  return { child, url: listening.url };
}

/** Starts a facilitator for a chain. */
export async function startFacilitator(chainUrl: string): Promise<Facilitator> {
  let running = await start(chainUrl, "0");
  const { url } = running;
  const end = (): void => void running.child.kill("SIGKILL");
  process.once("exit", end);
  return {
    url,
    failNext: async (...faults) => {
      await fetch(`${url}/faults`, { method: "POST", body: JSON.stringify(faults) });
    },
    revive: async () => {
      if (running.child.exitCode === null && running.child.signalCode === null) await once(running.child, "exit");
      running = await start(chainUrl, new URL(url).port);
    },
    stop: async () => {
      process.off("exit", end);
      if (running.child.exitCode !== null || running.child.signalCode !== null) return;
      const exited = once(running.child, "exit");
      running.child.kill("SIGKILL");
      await exited;
    },
  };
}
