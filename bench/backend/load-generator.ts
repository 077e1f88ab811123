import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "../../tools/serve.ts";
import type { Load, Order } from "./load.ts";

/** The process that asks. */
export interface LoadGenerator {
  /** Rejects where a server answers anything but ids. */
  run(order: Order): Promise<Load>;
  stop(): void;
}

/** `folder` holds the pictures. */
export function startLoadGenerator(folder: string): LoadGenerator {
  const child = fork(join(root, "bench/backend/load.ts"), [folder]);
  const ended = once(child, "exit").then(() => {
    throw new Error("The load generator ended; what it says is above.");
  });
  // Heard of in `run`, if at all.
  ended.catch(() => {});
  return {
    run: async (order) => {
      child.send(order);
      const [load]: Load[] = await Promise.race([once(child, "message"), ended]);
      if (load === undefined) throw new Error("The load generator gave no figures.");
      return load;
    },
    stop: () => child.disconnect(),
  };
}
