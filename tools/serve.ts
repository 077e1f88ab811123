import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import type { unstable_getMiniflareWorkerOptions } from "wrangler";
import type { AccountBilling } from "../src/accounts/billing-port.ts";
import type { AccountAdmin } from "../src/accounts/ledger-admin.ts";
import type { AccountLedger } from "../src/accounts/ledger-port.ts";
import { MAX_FLYING } from "../src/batches/chunk-verbs.ts";
import { type Run, startRun } from "./build/builds.ts";
import { linkAssets } from "./site/link-assets.ts";

/** The repository root. Paths are resolved against it, independent of the working directory. */
export const root = join(import.meta.dirname, "..");

/** The Worker's name in Miniflare and in its inspector. */
export const workerName = "florence-edge";

/** A module of a Worker in the form that Miniflare takes. */
export interface Module {
  readonly type: "ESModule" | "CompiledWasm" | "Data";
  readonly path: string;
  readonly contents: Uint8Array;
}

/** A built Worker. */
export interface Build {
  /** The folder of the build, with the pages in `site/`. */
  readonly folder: string;
  /** The entry first, then the wasm modules that it imports. */
  readonly modules: readonly Module[];
  /** What wrangler.toml says, as Miniflare takes it. Stored with the build, since wrangler takes most of a second to load. */
  readonly options: ReturnType<typeof unstable_getMiniflareWorkerOptions>["workerOptions"];
}

/**
 * Limits of `npm start`, `npm run dev:split` and `dev:remote`, raised because memory is local. The limit of 10 MiB per file stays. The isolate decodes
 * in the thread that answers everybody: an image of 25 megapixels, which the largest photographs of phones by default do not exceed (24), stops the
 * others for at most about a second.
 */
export const LOCAL_VARIABLES = {
  MAX_IMAGE_PIXELS: "25000000",
  MAX_CACHED_TOKENS: "16384",
  OVERLAY_PNG: "true",
} as const;

/** A running API. */
export interface Server {
  readonly url: URL;
  /** The address of the Chrome DevTools protocol; undefined unless `inspect` is set. */
  readonly inspector: URL | undefined;
  /** The keys of the cache entries in KV. */
  cachedKeys(): Promise<readonly string[]>;
  /** The Durable Object of an account, asked from outside of the Worker. */
  account(id: string): Promise<AccountLedger & AccountAdmin & AccountBilling>;
  /** The bytes of an object in the bucket of uploads; undefined if it has no such object. */
  uploaded(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  stop(): Promise<void>;
}

/** The binding of the accounts' objects, as far as it is used here. */
interface AccountObjects {
  idFromName(id: string): unknown;
  get(id: unknown): AccountLedger & AccountAdmin & AccountBilling;
}

/** Options of `serve`. */
export interface ServeOptions {
  /** The address to listen at: 127.0.0.1 by default. */
  readonly host?: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** A folder of models to serve instead of `model-shards/`. */
  readonly models?: string;
  /** Opens workerd's inspector on a free port. */
  readonly inspect?: boolean;
  /** Variables that replace those of `wrangler.toml`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Makes several processes share the Durable Objects of one of them. */
  readonly shared?: SharedObjects;
  /** A folder in which Durable Objects keep what they store; without it, it is gone at the end. */
  readonly storage?: string;
}

/** Which process runs the Durable Objects that this process uses. */
export interface SharedObjects {
  /** A folder through which the processes find each other. */
  readonly registry: string;
  /** The name of this process. */
  readonly name: string;
  /** The name of the process that runs the objects. */
  readonly at: string;
}

/** The Durable Objects of `wrangler.toml`: the class of each binding. */
export const OBJECT_CLASSES = {
  REQUEST_COORDINATOR: "RequestCoordinator",
  ACCOUNTS_LEDGER: "Account",
  ACCOUNTS_DIRECTORY: "AccountDirectory",
  PAYMENTS: "Payments",
  JOB_BOOKS: "JobBook",
  BATCH_BOOKS: "BatchBook",
} as const;

/** How messages of queues are taken, as the comments of `wrangler.toml` say for a deployment. Miniflare's queues forget theirs when the process ends. */
const QUEUES = {
  "florence-edge-jobs": {
    maxBatchSize: 10,
    maxBatchTimeout: 0,
    maxRetries: 20,
    deadLetterQueue: "florence-edge-jobs-dead",
  },
  "florence-edge-jobs-dead": { maxBatchSize: 10, maxBatchTimeout: 0 },
  // One delivery at a time, so that all chunks that may be worked on at once are in it. A deployment has as many consumers as there are messages.
  "florence-edge-batches": {
    maxBatchSize: MAX_FLYING,
    maxBatchTimeout: 0,
    maxRetries: 20,
    deadLetterQueue: "florence-edge-batches-dead",
  },
  "florence-edge-batches-dead": { maxBatchSize: 10, maxBatchTimeout: 0 },
};

/** The bindings to objects in another process; those to the process's own objects are in `wrangler.toml`. */
function remoteObjects({ name, at }: SharedObjects) {
  if (name === at) return {};
  const remote = Object.entries(OBJECT_CLASSES).map(([binding, className]) => [binding, { className, scriptName: at }]);
  return { durableObjects: Object.fromEntries(remote) };
}

/** The static assets of one server, in a folder of its own: it stays as it is while other servers start with other models. */
async function assetsOf({ folder, options }: Build, { models, variables }: ServeOptions): Promise<Run> {
  const run = await startRun(folder);
  const { MODEL: model }: Readonly<Record<string, unknown>> = Object.assign({}, options.bindings, variables);
  const sources = { site: join(folder, "site"), models: models ?? join(root, "model-shards") };
  await linkAssets({ ...sources, isWanted: (id) => id === model }, join(run.folder, "assets"));
  return run;
}

/** Miniflare's options for a build whose static assets are in `assets`. */
function miniflareOptions({ modules, options }: Build, serveOptions: ServeOptions, assets: string) {
  const { modulesRules: _rules, rootPath: _path, bindings, ...worker } = options;
  const { host = "127.0.0.1", port, shared, variables, inspect, storage } = serveOptions;
  const converted = convertV4MiniflareOptions({
    host,
    port,
    cf: false,
    ...(shared && { unsafeDevRegistryPath: shared.registry }),
    workers: [
      {
        name: shared?.name ?? workerName,
        ...worker,
        assets: Object.assign({}, worker.assets, { directory: assets }),
        ...(shared && remoteObjects(shared)),
        bindings: Object.assign({}, bindings, variables),
        // A deployment has them if its operator wants uploads, and answers that come later; here they cost nothing.
        r2Buckets: { UPLOADS: "uploads", JOB_FILES: "jobs" },
        queueProducers: { JOBS: "florence-edge-jobs", BATCHES: "florence-edge-batches" },
        queueConsumers: QUEUES,
        modules: [...modules],
      },
    ],
  });
  const stored = storage === undefined ? {} : { resourcePersistencePath: storage };
  return Object.assign(converted, { logRequests: false }, stored, inspect === true ? { inspectorPort: 0 } : {});
}

/** Runs a build under workerd, with the bindings of `wrangler.toml`. */
export async function serve(build: Build, options: ServeOptions): Promise<Server> {
  const run = await assetsOf(build, options);
  const miniflare = new Miniflare(miniflareOptions(build, options, join(run.folder, "assets")));
  const stop = async (): Promise<void> => {
    await miniflare.dispose();
    await run.remove();
  };
  const url = await miniflare.ready.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const inspector = options.inspect === true ? await miniflare.getInspectorURL() : undefined;
  const cachedKeys = async (): Promise<readonly string[]> => {
    const namespace = await miniflare.getKVNamespace("GENERATIONS", workerName);
    return (await namespace.list()).keys.map(({ name }) => name);
  };
  const account = async (id: string): Promise<AccountLedger & AccountAdmin & AccountBilling> => {
    const bindings = await miniflare.getBindings<{ ACCOUNTS_LEDGER: AccountObjects }>(workerName);
    return bindings.ACCOUNTS_LEDGER.get(bindings.ACCOUNTS_LEDGER.idFromName(id));
  };
  const uploaded = async (name: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const object = await (await miniflare.getR2Bucket("UPLOADS", workerName)).get(name);
    return object === null ? undefined : new Uint8Array(await object.arrayBuffer());
  };
  return { url, inspector, cachedKeys, account, uploaded, stop };
}
