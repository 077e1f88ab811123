import { readFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { startEngineThread, type ThreadedEngine } from "../engine/threaded-node.ts";
import { ISOLATE_LIMITS } from "../image/image.ts";
import { readImageSettings } from "../runtime/load-model.ts";
import type { Provider } from "../runtime/ort-node.ts";
import { openModelShards } from "../weights/shards.ts";
import { createAuthorization } from "./authorization-node.ts";
import { createAdmit } from "../http/admission.ts";
import { createReservations } from "../scheduling/reservations.ts";
import { MAX_OPEN_REQUESTS, MAX_RECEIVED_BYTES } from "./body.ts";
import { createAdmission } from "./admission.ts";
import { createServingApp } from "./app.ts";
import { createDecodePool, type DecodePool } from "./decode-pool.ts";
import { startDecodeThread } from "./decode-threads-node.ts";
import { createEncoderModel } from "./encoder-model.ts";
import { createFlorence2Model } from "./florence2-model.ts";
import { createGraphModels } from "./graph-model.ts";
import { createHttpServer, defaultTimeouts, endsWithin, type HttpTimeouts } from "./http-node.ts";
import { logLine } from "./log-line.ts";
import { createServingMetrics, type ServingMetrics } from "./metrics-node.ts";
import { createWithImage } from "./with-image.ts";
import type { Outcome } from "./outcome.ts";
import type { ServedModel } from "./served-model.ts";

/** Settings of the backend; `SERVING_USAGE` in `flags.ts` documents them. */
export interface ServingConfig {
  readonly model: string;
  readonly shards: string;
  readonly host: string;
  readonly port: number;
  readonly provider: Provider;
  readonly threads: number;
  readonly maxBatch: number;
  readonly windowMs: number;
  readonly maxRows: number;
  readonly maxQueue: number;
  readonly maxUnits: number;
  readonly featureBytes: number;
  /** Threads that check and decode images. */
  readonly decodeThreads: number;
  readonly maxImagePixels: number;
  readonly offersFp16: boolean;
  /** Whether to serve the bare graphs. */
  readonly offersGraphs: boolean;
  /** The Authorization header that requests must have; without it, everybody may use the server. */
  readonly authorization?: string | undefined;
  readonly version: string;
  readonly log: (line: string) => void;
  /** `defaultTimeouts` by default. */
  readonly timeouts?: HttpTimeouts | undefined;
}

/** Minimum time to send finished responses when the server stops, in milliseconds. */
const MIN_FLUSH_MS = 200;

/** A running backend. */
export interface RunningServer {
  readonly url: URL;
  readonly engine: ThreadedEngine;
  /**
   * Refuses further requests, waits at most `maxWaitMs` for requests in flight and unsent responses, then stops everything. Resolves
   * with whether all requests were answered.
   */
  stop(maxWaitMs: number): Promise<boolean>;
}

/** Starts the threads that decode images for the model. */
async function startDecoding({
  shards: folder,
  model,
  maxImagePixels,
  decodeThreads,
}: ServingConfig): Promise<DecodePool> {
  const readAsset = async (path: string) => new Response(await readFile(join(folder, path)));
  const settings = await readImageSettings(await openModelShards(readAsset, model));
  const limits = { ...ISOLATE_LIMITS, maxPixels: maxImagePixels };
  return createDecodePool({
    now: () => performance.now(),
    threads: decodeThreads,
    startThread: () => startDecodeThread({ limits, settings }),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
  });
}

/** Creates all served models: the whole model, its encoders and, if wanted, the bare graphs. */
function modelsFor(
  { offersFp16, offersGraphs }: ServingConfig,
  engine: ThreadedEngine,
  decoding: DecodePool,
): readonly ServedModel[] {
  const withImage = createWithImage({
    has: (digest) => engine.has(digest),
    decode: (job, requester) => decoding.decode(job, requester),
  });
  const { description, positions, ports } = engine;
  const sizes = { positions, imageSize: description.imageSize };
  return [
    createFlorence2Model({ engine, withImage, description, positions }),
    createEncoderModel({ engine, withImage, offersFp16 }),
    ...(offersGraphs ? createGraphModels({ engine, ports, sizes, now: () => performance.now() }) : []),
  ];
}

/** Returns a function that counts an outcome and logs it. */
function createRecorder({ record }: Pick<ServingMetrics, "record">, log: ServingConfig["log"]) {
  return (outcome: Outcome): void => {
    record(outcome);
    log(logLine(outcome, Date.now()));
  };
}

/** What all messages may hold as they arrive. Their work is admitted by itself. */
const RECEIVED = { requests: MAX_OPEN_REQUESTS, bytes: MAX_RECEIVED_BYTES, units: Infinity };

/** Loads the model and starts listening. Rejects if either fails. */
export async function startServing(config: ServingConfig): Promise<RunningServer> {
  const { shards: folder, model: modelId, ...limits } = config;
  const { log: _log, authorization: _secret, timeouts = defaultTimeouts, ...engineOptions } = limits;
  const engine = await startEngineThread({ ...engineOptions, folder, modelId });
  const admission = createAdmission({ maxRequests: config.maxQueue, maxUnits: config.maxUnits });
  const decoding = await startDecoding(config);
  const stopThreads = () => Promise.all([engine.stop(), decoding.stop()]);
  const load = () => engine.load();
  const metrics = createServingMetrics(load, () => admission.inFlight);
  const app = createServingApp({
    isAuthorized: createAuthorization(config.authorization),
    models: modelsFor(config, engine, decoding),
    identity: engine.description,
    admission,
    receive: createAdmit(createReservations(() => RECEIVED, Date.now)),
    version: config.version,
    now: () => performance.now(),
    newRequestId: randomUUID,
    record: createRecorder(metrics, config.log),
    metrics: metrics.page,
  });
  const server = createHttpServer((request, bindings) => app.fetch(request, bindings), timeouts);
  const url = await server.listen(config.port, config.host).catch(async (thrown: unknown) => {
    await stopThreads();
    throw thrown;
  });
  return {
    url,
    engine,
    stop: async (maxWaitMs) => {
      const startedAt = performance.now();
      const areAnswered = await endsWithin(admission.close(), maxWaitMs);
      const left = Math.max(MIN_FLUSH_MS, maxWaitMs - (performance.now() - startedAt));
      // Fails the requests that are still in flight.
      await stopThreads();
      const areSent = await server.close(left);
      return areAnswered && areSent;
    },
  };
}
