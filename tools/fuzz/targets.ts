import type { Agent } from "node:http";
import { join } from "node:path";
import { configured } from "../../bench/edge/servers.ts";
import { serveWithWorkerd, type Workerd } from "../../bench/edge/workerd.ts";
import { startImageServer } from "../../test/support/fuzz/image-server.ts";
import { startSoupBackend } from "../../test/support/fuzz/soup-backend.ts";
import { type Module, root } from "../serve.ts";
import { createAgent } from "./send.ts";

/** Where the model of a campaign's API runs: in a fast backend that writes random text, or in the isolate. */
export const placements = ["remote", "embedded"] as const;
/** One of them. */
export type Placement = (typeof placements)[number];

/** A running API. */
export interface Target {
  readonly url: URL;
  readonly agent: Agent;
  /** The process id of its workerd. */
  readonly pid: number | undefined;
}

/** The APIs of a campaign, and the servers behind them. */
export interface Targets extends AsyncDisposable {
  readonly apis: Readonly<Record<Placement, Target>>;
  /** The origin of the server of images. */
  readonly images: string;
}

/**
 * Starts the built Worker under `workerd serve`, with the limits of a deployment. Not under Miniflare: its own Workers in front of ours keep 17 kB
 * for every request, so that no memory curve is flat, and answer some requests themselves.
 */
async function startApi(modules: readonly Module[], changes: Readonly<Record<string, string>>): Promise<Workerd> {
  const { variables, ...compatibility } = configured();
  const api = await serveWithWorkerd({
    ...compatibility,
    modules,
    variables: { ...variables, ALLOW_HTTP_IMAGES: "true", ...changes },
    assets: join(root, "dist/assets"),
    coalesces: true,
    cache: "cache.js",
  });
  // Loads the model, so that no request of the campaign waits for it.
  const ready = await fetch(new URL("/readyz", api.url));
  if (ready.ok) return api;
  await api.stop();
  throw new Error(`The API is not ready: ${await ready.text()}`);
}

const targetOf = ({ url, process }: Workerd): Target => ({ url, agent: createAgent(), pid: process.pid });

/** Starts the built Worker in both placements. */
export async function startTargets(modules: readonly Module[]): Promise<Targets> {
  const backend = await startSoupBackend();
  const images = await startImageServer();
  const started: Workerd[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((api) => api.stop()));
    images.stop();
    await backend.stop();
  };
  try {
    const remote = await startApi(modules, { PLACEMENT: "remote", BACKEND_URL: backend.url.href });
    started.push(remote);
    const embedded = await startApi(modules, { PLACEMENT: "embedded" });
    started.push(embedded);
    const apis = { remote: targetOf(remote), embedded: targetOf(embedded) };
    return { apis, images: images.origin, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
