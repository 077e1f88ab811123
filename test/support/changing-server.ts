import type { Engine } from "../../src/engine/engine.ts";
import type { Backend } from "../../src/inference/backend.ts";
import { createInferenceClient, type InferenceClient } from "../../src/inference/protocol/client.ts";
import { createRemoteBackend, REFRESH_TIMEOUT_MS } from "../../src/placements/remote-backend.ts";
import { cachedService } from "./calls.ts";
import { fakeStore } from "./fake-store.ts";
import { fakeClock } from "./protocol-backend.ts";
import { servingApp } from "./serving-app.ts";

/** An engine that generates the same text for every prompt, in one token. */
function generating(text: string): Engine["generate"] {
  return async ({ prompts, stream }, onEvent) => {
    const generation = {
      tokenIds: [4],
      tokenLogprobs: [-0.5],
      text,
      finishReason: "stop",
      promptTokens: 3,
    } as const;
    for (const prompt of prompts.keys()) {
      if (stream === true) onEvent({ type: "token", prompt, id: 4, logprob: -0.5, text });
      onEvent({ type: "done", prompt, generation });
    }
    return { queue: 0, encode: 0, decode: 0 };
  };
}

/** Options of `changingServer`. */
export interface ChangingServer {
  readonly binaryTensors?: boolean;
  /** Transforms each reply. */
  readonly through?: (response: Response) => Promise<Response>;
  /** Chooses the revision that gets a request; by default the current one. */
  readonly route?: (path: string, current: string) => string;
}

/**
 * Our own server with a client; `change` replaces its model. The model `r1` generates "r1", `r2` generates "r2"; `requests` lists the revision and the
 * path of each POST request.
 */
export async function changingServer({ binaryTensors = true, through, route = (_, now) => now }: ChangingServer = {}) {
  const revisions = ["r1", "r2"];
  const servers = new Map(
    await Promise.all(
      revisions.map(async (revision) => {
        const { app } = await servingApp({ revision, maxInFlight: 1000, engine: { generate: generating(revision) } });
        return [revision, app] as const;
      }),
    ),
  );
  const requests: string[] = [];
  let current = "r1";
  const client = createInferenceClient({
    url: "http://gpu.test",
    fetch: async (url, init) => {
      const path = new URL(url).pathname;
      const revision = route(path, current);
      if (init.method === "POST") requests.push(`${revision} ${path.split("/").slice(-2).join("/")}`);
      const response = (await servers.get(revision)?.request(path, init)) ?? Response.error();
      return through === undefined ? response : through(response);
    },
    random: () => 0.5,
    binaryTensors,
    ...fakeClock(REFRESH_TIMEOUT_MS),
  });
  return { client, requests, change: (revision: "r1" | "r2") => void (current = revision) };
}

/** A backend of the placement `remote` for this client; its clock stands still. */
export function remoteOf(client: InferenceClient): Backend {
  return createRemoteBackend({ client, now: () => 0, describe: () => Promise.reject(new Error("not asked for")) });
}

/** An isolate in front of a backend, and the entries of its store. */
export function isolateOf(backend: Backend, { store, entries } = fakeStore()) {
  return { ...cachedService(backend, [store]), entries };
}
