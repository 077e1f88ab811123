import { join } from "node:path";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import * as z from "zod";
import { bundle } from "../../tools/bundle.ts";
import { root } from "../../tools/serve.ts";
import { buildAssets } from "../../tools/site/build-assets.ts";
import { ADMIN_KEY } from "./account.ts";
import { serveWithWorkerd, type Site, type Workerd } from "./workerd.ts";

/** The part of wrangler.toml that workerd needs here. */
const Configured = z.object({
  compatibilityDate: z.string(),
  compatibilityFlags: z.array(z.string()),
  bindings: z.record(z.string(), z.unknown()),
});

/** Returns what `wrangler.toml` says about the Worker: its compatibility, and its variables that are texts. */
export function configured() {
  const { compatibilityDate, compatibilityFlags, bindings } = Configured.parse(
    unstable_getMiniflareWorkerOptions(join(root, "wrangler.toml")).workerOptions,
  );
  const texts = Object.entries(bindings).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []));
  return { compatibilityDate, compatibilityFlags, variables: Object.fromEntries(texts) };
}

/** The measured servers, each in its own process. */
export interface Servers {
  /** The hello Worker: Hono alone. */
  readonly hello: Workerd;
  /** The API by the cache level that has the answer. */
  readonly levels: Readonly<Record<"isolate" | "Cache API" | "KV", Workerd>>;
  /** The API with request coalescing through the Durable Object; the other servers do not coalesce requests. */
  readonly shared: Workerd;
  /** The API with accounts, cached in the isolate as `levels.isolate`. */
  readonly paid: Workerd;
  /** A bare object that counts. */
  readonly counter: Workerd;
  /** The object of an account, which is paid without an answer. */
  readonly ledger: Workerd;
  stop(): Promise<void>;
}

/** Builds and starts all servers; the API uses the backend at `backendUrl`. */
export async function startServers(backendUrl: string): Promise<Servers> {
  await buildAssets();
  const { variables: texts, ...compatibility } = configured();
  const variables = { ...texts, PLACEMENT: "remote", BACKEND_URL: backendUrl, ALLOW_HTTP_IMAGES: "true" };
  const common = { ...compatibility, assets: join(root, "dist/assets"), variables, coalesces: false };
  const api: Site = { ...common, modules: (await bundle()).modules, cache: "cache.js" };
  const withoutMemory: Site = { ...api, variables: { ...variables, CACHE_MEMORY_BYTES: "0" } };
  const withAccounts: Site = { ...api, variables: { ...variables, ACCOUNTS: "on", ADMIN_KEY } };
  const { modules } = await bundle("bench/edge-hello-worker.ts");
  const hello = { ...common, modules, cache: "no-cache.js" } as const;
  const counting = await bundle("bench/edge-counter-worker.ts");
  const paying = await bundle("bench/edge-ledger-worker.ts");
  const [bare, isolate, cacheApi, kv, shared, paid, counter, ledger] = await Promise.all([
    serveWithWorkerd(hello),
    serveWithWorkerd(api),
    serveWithWorkerd(withoutMemory),
    serveWithWorkerd({ ...withoutMemory, cache: "no-cache.js" }),
    serveWithWorkerd({ ...api, coalesces: true }),
    serveWithWorkerd(withAccounts),
    serveWithWorkerd({ ...withAccounts, modules: counting.modules, cache: "no-cache.js" }),
    serveWithWorkerd({ ...withAccounts, modules: paying.modules, cache: "no-cache.js" }),
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all([bare, isolate, cacheApi, kv, shared, paid, counter, ledger].map((server) => server.stop()));
  };
  return { hello: bare, levels: { isolate, "Cache API": cacheApi, KV: kv }, shared, paid, counter, ledger, stop };
}
