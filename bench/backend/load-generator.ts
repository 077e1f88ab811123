import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "../../tools/serve.ts";
import type { Load, LoadOptions } from "./load.ts";

/** The process that sends the requests. */
export interface LoadGenerator {
  /** Rejects if a server answers with anything but ids. */
  run(options: LoadOptions): Promise<Load>;
  stop(): void;
}

/** Starts the load generator; `folder` contains the images. */
export function startLoadGenerator(folder: string): LoadGenerator {
  const child = fork(join(root, "bench/backend/load.ts"), [folder]);
  const ended = once(child, "exit").then(() => {
    throw new Error("The load generator ended; what it says is above.");
  });
  // Avoids an unhandled rejection; `run` reports it.
  ended.catch(() => {});
  return {
    run: async (options) => {
      child.send(options);
      const [load]: Load[] = await Promise.race([once(child, "message"), ended]);
      if (load === undefined) throw new Error("The load generator gave no figures.");
      return load;
    },
    stop: () => child.disconnect(),
  };
}
