import type { ModelDescription } from "../inference/backend.ts";
import type { LoadOptions } from "../runtime/load-model.ts";
import { describeModel } from "../runtime/describe-model.ts";
import { openModelShards, type ModelShards, type ReadAsset } from "../weights/shards.ts";
import { createModelQueue, type Lease, type ModelClaim, type ModelQueueOptions } from "./model-queue.ts";

/** Options of a shared model. */
export interface SharedModelOptions extends Pick<LoadOptions, "createSession" | "createTokenizer">, ModelQueueOptions {
  /** The model's name in the manifest. */
  readonly modelId: string;
  readonly readAsset: ReadAsset;
}

/** The isolate's model, which runs one request at a time. */
export interface SharedModel<Model> {
  /**
   * Runs `work` with exclusive use of the model; `work` must call `renew` or `giveWay` regularly to keep its lease. Loads the model if necessary;
   * after a failed load the next request tries again.
   */
  run<Result>(claim: ModelClaim, work: (model: Model, lease: Lease) => Promise<Result>): Promise<Result>;
  /** Whether the model is loaded. */
  isLoaded(): boolean;
  describe(): Promise<ModelDescription>;
}

/**
 * Shares one model between all requests of an isolate. No request awaits a promise of another: each one loads, reads and waits by itself, so
 * a request that workerd drops does not affect the others.
 */
export function createSharedModel<Model>(
  options: SharedModelOptions,
  loadModel: (options: LoadOptions) => Promise<Model>,
): SharedModel<Model> {
  const queue = createModelQueue(options);
  let loaded: Model | undefined;
  let description: ModelDescription | undefined;

  const openShards = (): Promise<ModelShards> => openModelShards(options.readAsset, options.modelId);
  const load = async (progress: () => void): Promise<Model> => {
    const model = loaded ?? (await loadModel({ ...options, shards: await openShards(), progress }));
    loaded = model;
    return model;
  };
  return {
    run: async (claim, work) => {
      const lease = await queue.acquire(claim);
      try {
        claim.check();
        return await work(await load(lease.renew), lease);
      } finally {
        lease.release();
      }
    },
    isLoaded: () => loaded !== undefined,
    describe: async () => {
      const current = description ?? (await describeModel(await openShards()));
      description = current;
      return current;
    },
  };
}

/** A claim of the service itself, for short work. */
export const internalClaim: ModelClaim = { caller: "", units: 0, bytes: 0, check: () => {} };

/** Resolves once the model is loaded; loads it if necessary. Does not wait for running requests: a busy model is ready. */
export async function ensureLoaded(
  shared: SharedModel<unknown>,
  waitUntil: (work: Promise<void>) => void,
): Promise<void> {
  if (shared.isLoaded()) return;
  const loading = shared.run(internalClaim, async () => {});
  waitUntil(loading.catch(() => {}));
  await loading;
}
