import { join } from "node:path";
import { type RunningServer, type ServingConfig, startServing } from "../../src/serving/start-node.ts";

/** How long a test's server waits for requests in flight when it stops, in milliseconds. */
const MAX_DRAIN_MS = 5000;

/** Starts the GPU backend with the mini model in this process, on a free port, without logs. */
export async function startMiniServer(changes: Partial<ServingConfig> = {}): Promise<RunningServer & AsyncDisposable> {
  const server = await startServing({
    model: "mini",
    shards: join(import.meta.dirname, "../../model-shards"),
    host: "127.0.0.1",
    port: 0,
    provider: "cpu",
    threads: 1,
    maxBatch: 8,
    windowMs: 1,
    maxRows: 64,
    maxQueue: 256,
    maxUnits: 4096,
    featureBytes: 64 * 1024 * 1024,
    decodeThreads: 2,
    maxImagePixels: 60_000_000,
    offersFp16: false,
    offersGraphs: true,
    version: "0.0.0",
    log: () => {},
    ...changes,
  });
  return { ...server, [Symbol.asyncDispose]: async () => void (await server.stop(MAX_DRAIN_MS)) };
}
