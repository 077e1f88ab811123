import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LEADER_LEASE_MS } from "../../../src/cache/coordinator-state.ts";
import { bundle } from "../../../tools/bundle.ts";
import { root, type Server, serve } from "../../../tools/serve.ts";
import { catReply, describedPaths, inferPath } from "../../support/cat-backend.ts";
import {
  type Behaviour,
  hostileServer,
  type RequestedPaths,
  respond,
  withServer,
} from "../../support/hostile-backend.ts";

/** Long enough for 200 requests to come in on a busy machine. */
const ANSWER_MS = 2000;

const slowly =
  (behaviour: Behaviour): Behaviour =>
  (socket, before) =>
    void setTimeout(ANSWER_MS).then(() => behaviour(socket, before));

const asked: RequestedPaths = [];
const askedTimes = (): number => asked.filter((path) => path === inferPath).length;
let behaviour: Behaviour = catReply;
const backend = hostileServer({ ...describedPaths, [inferPath]: (...given) => behaviour(...given) }, asked);

let modules: Awaited<ReturnType<typeof bundle>> = [];
let picture: Uint8Array<ArrayBuffer> = new Uint8Array();
let registry = "";
let start: (name: string) => Promise<Server> = () => Promise.reject(new Error("There is no backend yet."));
let [home, other]: (Server | undefined)[] = [];
const stop = Promise.withResolvers<void>();
let ended: Promise<unknown> = Promise.resolve();

beforeAll(async () => {
  registry = await mkdtemp(join(tmpdir(), "florence-edge-registry-"));
  modules = await bundle();
  picture = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
  const started = Promise.withResolvers<void>();
  ended = withServer(backend, async (port) => {
    const variables = { PLACEMENT: "remote", BACKEND_URL: `http://127.0.0.1:${port}` };
    start = (name) => serve(modules, { port: 0, variables, shared: { registry, name, at: "home" } });
    home = await start("home");
    other = await start("other");
    started.resolve();
    await stop.promise;
  });
  await Promise.race([started.promise, ended]);
}, 60_000);
afterAll(async () => {
  await Promise.all([home?.stop(), other?.stop()]);
  stop.resolve();
  await ended;
  await rm(registry, { recursive: true, force: true });
});

async function ask(server: Server | undefined, task: string) {
  const url = new URL(`/v1/${task}`, server?.url);
  const headers = { "content-type": "image/jpeg" };
  const response = await fetch(url, { method: "POST", headers, body: picture });
  const body: { readonly text?: string; readonly code?: string } = await response.json();
  return { said: body.text ?? body.code, cache: response.headers.get("cache-status") };
}

const askBoth = (task: string, times: number) =>
  Promise.all(Array.from({ length: times }, (_, index) => ask(index % 2 === 0 ? home : other, task)));

describe("two processes that share their Durable Objects", () => {
  it("ask the backend once for 200 equal requests at the same time", async () => {
    behaviour = slowly(catReply);
    const before = askedTimes();
    const answers = await askBoth("caption", 200);
    expect(askedTimes() - before).toBe(1);
    expect(new Set(answers.map(({ said }) => said))).toEqual(new Set(["a cat"]));
    expect(answers.filter(({ cache }) => cache?.endsWith("stored"))).toHaveLength(1);
  });

  it("hear of a backend's failure once, and try again the next time", async () => {
    behaviour = slowly(respond("500 Internal Server Error", "{}"));
    const before = askedTimes();
    const answers = await askBoth("ocr", 20);
    expect(askedTimes() - before).toBe(1);
    expect(new Set(answers.map(({ said }) => said))).toEqual(new Set(["backend-failed"]));
    behaviour = catReply;
    expect(await ask(other, "ocr")).toMatchObject({ said: "a cat" });
  });

  it("answer for one that is killed while it leads", async () => {
    const leader = await start("leader");
    const arrived = Promise.withResolvers<void>();
    // The first to ask is never answered.
    behaviour = () => {
      arrived.resolve();
      behaviour = catReply;
    };
    const before = askedTimes();
    const lost = ask(leader, "detailed-caption").catch(() => "lost");
    await arrived.promise;
    const waiting = askBoth("detailed-caption", 20);
    await setTimeout(200);
    await leader.stop();
    const began = performance.now();
    const answers = await waiting;
    expect(await lost).toBe("lost");
    expect(new Set(answers.map(({ said }) => said))).toEqual(new Set(["a cat"]));
    expect(askedTimes() - before).toBe(2);
    expect(performance.now() - began).toBeLessThan(2 * LEADER_LEASE_MS);
  });

  it("answer each for itself when the one that has the objects is gone", async () => {
    behaviour = catReply;
    await home?.stop();
    expect(await ask(other, "more-detailed-caption")).toMatchObject({ said: "a cat" });
  });
});
