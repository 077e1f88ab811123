import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { buildModelAssets } from "./site/build-assets.ts";

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

/** Limits of `npm start` and `npm run ask`, raised because memory is local. The limit of 10 MiB per file stays. */
export const LOCAL_VARIABLES = {
  MAX_IMAGE_PIXELS: "60000000",
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
  stop(): Promise<void>;
}

/** Options of `serve`. */
export interface ServeOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** A folder of models to serve instead of `model-shards/`; pages are then not served. */
  readonly models?: string;
  /** Opens workerd's inspector on a free port. */
  readonly inspect?: boolean;
  /** Variables that replace those of `wrangler.toml`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Makes several processes share the Durable Objects of one of them. */
  readonly shared?: SharedObjects;
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

/** The binding to objects in another process; the binding to the process's own objects is in `wrangler.toml`. */
function remoteObjects({ name, at }: SharedObjects) {
  return name === at
    ? {}
    : { durableObjects: { REQUEST_COORDINATOR: { className: "RequestCoordinator", scriptName: at } } };
}

/** Creates a folder of static assets with these models; it is removed when the process exits. */
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
        ...(options.shared && remoteObjects(options.shared)),
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
