import type { Workerd } from "../../bench/edge/workerd.ts";
import { startApi } from "../fuzz/targets.ts";
import { type LocalBackend, startLocalBackend } from "../local-backend.ts";
import { LOCAL_VARIABLES, type Module } from "../serve.ts";
import type { PlaceName, ProcessName } from "./observation.ts";

/** A process of a place: where it says that it lives, and its id. */
export interface Watched {
  readonly name: ProcessName;
  readonly health: URL;
  readonly pid: number | undefined;
}

/** A running API with its backend, or a backend alone. */
export interface Place extends AsyncDisposable {
  readonly name: PlaceName;
  /** Where callers send their requests. */
  readonly url: URL;
  readonly processes: readonly Watched[];
  /** The processes that have ended by themselves. */
  readonly ended: () => readonly ProcessName[];
}

/**
 * The JavaScript heap of the isolate, in megabytes: what a deployment gives it for everything. If it is exceeded, the process ends, as a deployed
 * isolate does, and with it the requests of all callers.
 */
const HEAP_MEGABYTES = 128;

/** The backend's cache of image features is small, so that it is full before anything is measured: growth is then that of something else. */
const BACKEND_FLAGS = ["--feature-cache-mb", "16"] as const;

/** The isolate decodes at most what a deployment allows; a backend has the limits of `npm run dev:*`. */
function variablesOf(name: PlaceName, backendUrl: string): Readonly<Record<string, string>> {
  return name === "embedded" ? { PLACEMENT: name } : { ...LOCAL_VARIABLES, PLACEMENT: name, BACKEND_URL: backendUrl };
}

function endedOf(edge: Workerd | undefined, backend: LocalBackend | undefined): () => readonly ProcessName[] {
  const ended = new Set<ProcessName>();
  edge?.process.once("exit", () => ended.add("edge"));
  void backend?.died.then(() => ended.add("backend"));
  return () => [...ended];
}

/** Starts a place. Its model is loaded when this resolves. */
export async function startPlace(name: PlaceName, modules: readonly Module[]): Promise<Place> {
  const backend = name === "embedded" ? undefined : await startLocalBackend(BACKEND_FLAGS);
  const startEdge = () => startApi(modules, true, variablesOf(name, backend?.url ?? ""), HEAP_MEGABYTES);
  try {
    const edge = name === "backend" ? undefined : await startEdge();
    const url = edge?.url ?? new URL(backend?.url ?? "");
    const ofEdge: Watched = { name: "edge", health: new URL("/healthz", url), pid: edge?.process.pid };
    const processes: readonly Watched[] = [
      ...(edge === undefined ? [] : [ofEdge]),
      ...(backend === undefined
        ? []
        : [{ name: "backend", health: new URL("/v2/health/live", backend.url), pid: backend.pid } as const]),
    ];
    const stop = async (): Promise<void> => {
      await edge?.stop();
      await backend?.stop();
    };
    return { name, url, processes, ended: endedOf(edge, backend), [Symbol.asyncDispose]: stop };
  } catch (error) {
    await backend?.stop();
    throw error;
  }
}
