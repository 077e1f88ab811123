import type { Agent } from "node:http";
import { join } from "node:path";
import { configured } from "../../bench/edge/servers.ts";
import { serveWithWorkerd, type Workerd } from "../../bench/edge/workerd.ts";
import type { AccountWords } from "../../test/support/fuzz/any-account-request.ts";
import { startImageServer } from "../../test/support/fuzz/image-server.ts";
import { startRubbishBackend } from "../../test/support/fuzz/rubbish-backend.ts";
import { startSoupBackend } from "../../test/support/fuzz/soup-backend.ts";
import { type Module, root } from "../serve.ts";
import { ADMIN_KEY, openAccounts } from "./accounts.ts";
import { createAgent } from "./send.ts";

/** The APIs of a campaign: `remote` has a fast backend that writes random text, `rubbish` one whose replies are often broken, `embedded` the model itself; `accounts` is as `remote`, with accounts. */
export const apiNames = ["remote", "rubbish", "embedded", "accounts"] as const;
/** One of them. */
export type ApiName = (typeof apiNames)[number];

/** The JavaScript heap that each isolate may have, in MB: half of what one has in a deployment, so that V8 collects garbage early. */
const MAX_HEAP_MEGABYTES = 64;

/** A running API. */
export interface Target {
  readonly url: URL;
  readonly agent: Agent;
  /** The process id of its workerd. */
  readonly pid: number | undefined;
  /** What requests name of its accounts; undefined if it has none. */
  readonly words?: AccountWords;
}

/** The APIs of a campaign, and the servers behind them. */
export interface Targets extends AsyncDisposable {
  readonly apis: Readonly<Record<ApiName, Target>>;
  /** The origin of the server of images. */
  readonly images: string;
}

/**
 * Starts the built Worker under `workerd serve`, with the limits of a deployment. Not under Miniflare: its own Workers in front of ours keep 17 kB
 * for every request, so that no memory curve is flat, and answer some requests themselves.
 */
export async function startApi(
  modules: readonly Module[],
  isQuiet: boolean,
  changes: Readonly<Record<string, string>>,
  maxHeapMegabytes = MAX_HEAP_MEGABYTES,
): Promise<Workerd> {
  const { variables, ...compatibility } = configured();
  const api = await serveWithWorkerd({
    ...compatibility,
    modules,
    variables: { ...variables, ALLOW_HTTP_IMAGES: "true", ...changes },
    assets: join(root, "dist/assets"),
    coalesces: true,
    maxHeapMegabytes,
    isQuiet,
    cache: "cache.js",
  });
  // Loads the model, so that no request of the campaign waits for it.
  const ready = await fetch(new URL("/readyz", api.url));
  if (ready.ok) return api;
  await api.stop();
  throw new Error(`The API is not ready: ${await ready.text()}`);
}

const targetOf = ({ url, process }: Workerd): Target => ({ url, agent: createAgent(), pid: process.pid });

/** Starts the built Worker once for each API. `isQuiet` hides their logs: thousands of faults of the broken backend. */
export async function startTargets(modules: readonly Module[], isQuiet: boolean): Promise<Targets> {
  const backend = await startSoupBackend();
  const rubbish = await startRubbishBackend(backend.url);
  const images = await startImageServer();
  const started: Workerd[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((api) => api.stop()));
    images.stop();
    rubbish.stop();
    await backend.stop();
  };
  const start = async (changes: Readonly<Record<string, string>>): Promise<Target> => {
    const api = await startApi(modules, isQuiet, changes);
    started.push(api);
    return targetOf(api);
  };
  try {
    const withAccounts = { ACCOUNTS: "on", ADMIN_KEY, PLACEMENT: "remote", BACKEND_URL: backend.url.href };
    const accounts = await start(withAccounts);
    const apis = {
      remote: await start({ PLACEMENT: "remote", BACKEND_URL: backend.url.href }),
      rubbish: await start({ PLACEMENT: "remote", BACKEND_URL: rubbish.url.href }),
      embedded: await start({ PLACEMENT: "embedded" }),
      accounts: { ...accounts, words: await openAccounts(accounts.url) },
    };
    return { apis, images: images.origin, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
