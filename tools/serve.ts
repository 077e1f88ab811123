import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { buildModelAssets } from "./site/build-assets.ts";

/** The repository's root: every path here hangs on it, wherever the command was started. */
export const root = join(import.meta.dirname, "..");

/** The Worker's name in Miniflare and its inspector. */
export const workerName = "florence-edge";

/** A module of a Worker, as Miniflare takes it. */
export interface Module {
  readonly type: "ESModule" | "CompiledWasm";
  readonly path: string;
  readonly contents: Uint8Array;
}

/** What `npm start` and `npm run ask` allow where memory is one's own. The 10 MiB a file may have stay. */
export const LOCAL_VARIABLES = { MAX_IMAGE_PIXELS: "60000000", MAX_CACHED_TOKENS: "16384" } as const;

/** A running API. */
export interface Server {
  readonly url: URL;
  /** Where workerd speaks the Chrome DevTools protocol, if `inspect` asked for it. */
  readonly inspector: URL | undefined;
  /** The names of what the cache keeps in KV. */
  cachedKeys(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** How to serve. */
export interface ServeOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** A folder of models to serve instead of `model-shards/`, and no pages. */
  readonly models?: string;
  /** Opens workerd's inspector on a free port. */
  readonly inspect?: boolean;
  /** Variables that replace those of `wrangler.toml`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Lets several processes share the Durable Objects of one of them. */
  readonly shared?: SharedObjects;
}

/** Whose Durable Objects a process uses. */
export interface SharedObjects {
  /** A folder where the processes find each other. */
  readonly registry: string;
  /** This process's own name. */
  readonly name: string;
  /** The name of the process that has the objects. */
  readonly at: string;
}

/** The binding to objects that another process has; its own is in `wrangler.toml`. */
function foreignObjects({ name, at }: SharedObjects) {
  return name === at
    ? {}
    : { durableObjects: { REQUEST_COORDINATOR: { className: "RequestCoordinator", scriptName: at } } };
}

/** A folder of static assets with these models, until the process ends. */
async function assetsOf(models: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "florence-edge-assets-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  await buildModelAssets(models, folder);
  return folder;
}

/** Runs a bundle under workerd on 127.0.0.1, with the bindings of `wrangler.toml`. */
export async function serve(modules: readonly Module[], options: ServeOptions): Promise<Server> {
  const assets = options.models === undefined ? undefined : await assetsOf(options.models);
  const overrides = assets === undefined ? {} : { overrides: { assets: { directory: assets } } };
  const { workerOptions } = unstable_getMiniflareWorkerOptions(join(root, "wrangler.toml"), undefined, overrides);
  const { modulesRules: _rules, rootPath: _path, bindings, ...worker } = workerOptions;
  const converted = convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: options.port,
    cf: false,
    ...(options.shared && { unsafeDevRegistryPath: options.shared.registry }),
    workers: [
      {
        name: options.shared?.name ?? workerName,
        ...worker,
        ...(options.shared && foreignObjects(options.shared)),
        bindings: Object.assign({}, bindings, options.variables),
        modules: [...modules],
      },
    ],
  });
  const inspectorPort = options.inspect === true ? { inspectorPort: 0 } : {};
  const miniflare = new Miniflare(Object.assign(converted, { logRequests: false }, inspectorPort));
  const url = await miniflare.ready.catch(async (error: unknown) => {
    await miniflare.dispose();
    throw error;
  });
  const inspector = options.inspect === true ? await miniflare.getInspectorURL() : undefined;
  const cachedKeys = async (): Promise<readonly string[]> => {
    const namespace = await miniflare.getKVNamespace("GENERATIONS", workerName);
    return (await namespace.list()).keys.map(({ name }) => name);
  };
  return { url, inspector, cachedKeys, stop: () => miniflare.dispose() };
}
