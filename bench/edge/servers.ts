import { join } from "node:path";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import * as z from "zod";
import { bundle } from "../../tools/bundle.ts";
import { root } from "../../tools/serve.ts";
import { serveWithWorkerd, type Site, type Workerd } from "./workerd.ts";

/** What wrangler.toml says of the Worker, as far as workerd needs it here. */
const Configured = z.object({
  compatibilityDate: z.string(),
  compatibilityFlags: z.array(z.string()),
  bindings: z.record(z.string(), z.unknown()),
});

function configured() {
  const { compatibilityDate, compatibilityFlags, bindings } = Configured.parse(
    unstable_getMiniflareWorkerOptions(join(root, "wrangler.toml")).workerOptions,
  );
  const texts = Object.entries(bindings).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []));
  return { compatibilityDate, compatibilityFlags, variables: Object.fromEntries(texts) };
}

/** Whoever is asked, each in a process of its own. */
export interface Servers {
  /** Bare Hono. */
  readonly hello: Workerd;
  /** The API, by the level of the cache that knows the answer. */
  readonly levels: Readonly<Record<"isolate" | "Cache API" | "KV", Workerd>>;
  /** The API again, where isolates agree who asks the backend; the others ask for themselves. */
  readonly shared: Workerd;
  stop(): Promise<void>;
}

/** Builds and starts all of them; the API asks the backend at `backendUrl`. */
export async function startServers(backendUrl: string): Promise<Servers> {
  const { variables: texts, ...compatibility } = configured();
  const variables = { ...texts, PLACEMENT: "remote", BACKEND_URL: backendUrl, ALLOW_HTTP_IMAGES: "true" };
  const common = { ...compatibility, assets: join(root, "dist/assets"), variables, flights: false };
  const api: Site = { ...common, modules: await bundle(), cache: "cache.js" };
  const forgetful: Site = { ...api, variables: { ...variables, CACHE_MEMORY_BYTES: "0" } };
  const hello = { ...common, modules: await bundle("bench/edge-hello-worker.ts"), cache: "no-cache.js" } as const;
  const [bare, isolate, cacheApi, kv, shared] = await Promise.all([
    serveWithWorkerd(hello),
    serveWithWorkerd(api),
    serveWithWorkerd(forgetful),
    serveWithWorkerd({ ...forgetful, cache: "no-cache.js" }),
    serveWithWorkerd({ ...api, flights: true }),
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all([bare, isolate, cacheApi, kv, shared].map((server) => server.stop()));
  };
  return { hello: bare, levels: { isolate, "Cache API": cacheApi, KV: kv }, shared, stop };
}
