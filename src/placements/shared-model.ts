import type { ModelDescription } from "../inference/backend.ts";
import type { LoadOptions } from "../runtime/load-model.ts";
import { describeModel } from "../runtime/describe-model.ts";
import { openModelShards, type ModelShards, type ReadAsset } from "../weights/shards.ts";
import { createModelQueue, type ModelQueueOptions } from "./model-queue.ts";

/** What a shared model is made of. */
export interface SharedModelOptions extends Pick<LoadOptions, "createSession" | "createTokenizer">, ModelQueueOptions {
  /** The model's name in the manifest. */
  readonly modelId: string;
  readonly readAsset: ReadAsset;
}

/** One request's claim on the model. */
export interface ExclusiveRunOptions {
  /** What the request holds while it waits. */
  readonly bytes: number;
  /** Throws once nobody wants the answer. */
  readonly check: () => void;
}

/** The isolate's one model. */
export interface SharedModel<Model> {
  /** Runs `work` alone on the model; `renew` says that it is alive. Loads the model if need be; a load that fails is tried again by the next. */
  use<Result>(claim: ExclusiveRunOptions, work: (model: Model, renew: () => void) => Promise<Result>): Promise<Result>;
  /** Whether the next `use` will find the model loaded. */
  isLoaded(): boolean;
  describe(): Promise<ModelDescription>;
}

/**
 * Keeps the model for all requests of an isolate. What one request awaits is never owned by another: each loads, reads
 * and waits in its own name, so one that workerd drops half-way takes no other with it.
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
    use: async ({ bytes, check }, work) => {
      const { renew, release } = await queue.acquire(bytes, check);
      try {
        check();
        return await work(await load(renew), renew);
      } finally {
        release();
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

/** Resolves once `shared` has its model; loads it if need be. Not behind the requests that the model is busy with: being busy is being ready. */
export async function ensureLoaded(
  shared: SharedModel<unknown>,
  waitUntil: (work: Promise<void>) => void,
): Promise<void> {
  if (shared.isLoaded()) return;
  const loading = shared.use({ bytes: 0, check: () => {} }, async () => {});
  waitUntil(loading.catch(() => {}));
  await loading;
}
