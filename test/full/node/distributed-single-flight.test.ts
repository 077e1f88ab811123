import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LEADER_LEASE_MS } from "../../../src/cache/coordinator-state.ts";
import { bundle } from "../../../tools/bundle.ts";
import { type Build, root, type Server, serve } from "../../../tools/serve.ts";
import { catReply, describedPaths, inferPath } from "../../support/cat-backend.ts";
import {
  type Behaviour,
  hostileServer,
  type RequestedPaths,
  respond,
  withServer,
} from "../../support/hostile-backend.ts";

/** The backend's delay: long enough for 200 requests to arrive on a busy machine. */
const ANSWER_MS = 2000;

const delayed =
  (behaviour: Behaviour): Behaviour =>
  (socket, before) =>
    void setTimeout(ANSWER_MS).then(() => behaviour(socket, before));

const requestedPaths: RequestedPaths = [];
const inferCount = (): number => requestedPaths.filter((path) => path === inferPath).length;
let behaviour: Behaviour = catReply;
const backend = hostileServer({ ...describedPaths, [inferPath]: (...given) => behaviour(...given) }, requestedPaths);

let build: Build;
let image: Uint8Array<ArrayBuffer> = new Uint8Array();
let registry = "";
let start: (name: string) => Promise<Server> = () => Promise.reject(new Error("There is no backend yet."));
let [home, other]: (Server | undefined)[] = [];
const stop = Promise.withResolvers<void>();
let ended: Promise<unknown> = Promise.resolve();

beforeAll(async () => {
  registry = await mkdtemp(join(tmpdir(), "florence-edge-registry-"));
  build = await bundle();
  image = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
  const started = Promise.withResolvers<void>();
  ended = withServer(backend, async (port) => {
    const variables = { PLACEMENT: "remote", BACKEND_URL: `http://127.0.0.1:${port}` };
    start = (name) => serve(build, { port: 0, variables, shared: { registry, name, at: "home" } });
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

async function send(server: Server | undefined, task: string) {
  const url = new URL(`/v1/${task}`, server?.url);
  const headers = { "content-type": "image/jpeg" };
  const response = await fetch(url, { method: "POST", headers, body: image });
  const body: { readonly text?: string; readonly code?: string } = await response.json();
  return { result: body.text ?? body.code, cache: response.headers.get("cache-status") };
}

const sendToBoth = (task: string, times: number) =>
  Promise.all(Array.from({ length: times }, (_, index) => send(index % 2 === 0 ? home : other, task)));

describe("two processes that share their Durable Objects", () => {
  it("send one backend request for 200 concurrent identical requests", async () => {
    behaviour = delayed(catReply);
    const before = inferCount();
    const answers = await sendToBoth("caption", 200);
    expect(inferCount() - before).toBe(1);
    expect(new Set(answers.map(({ result }) => result))).toEqual(new Set(["a cat"]));
    expect(answers.filter(({ cache }) => cache?.endsWith("stored"))).toHaveLength(1);
  });

  it("share one failure of the backend, and send a new request afterwards", async () => {
    behaviour = delayed(respond("500 Internal Server Error", "{}"));
    const before = inferCount();
    const answers = await sendToBoth("ocr", 20);
    expect(inferCount() - before).toBe(1);
    expect(new Set(answers.map(({ result }) => result))).toEqual(new Set(["backend-failed"]));
    behaviour = catReply;
    expect(await send(other, "ocr")).toMatchObject({ result: "a cat" });
  });

  it("answer their requests when the process of the leader is killed", async () => {
    const leader = await start("leader");
    const arrived = Promise.withResolvers<void>();
    // The first request is never answered.
    behaviour = () => {
      arrived.resolve();
      behaviour = catReply;
    };
    const before = inferCount();
    const lost = send(leader, "detailed-caption").catch(() => "lost");
    await arrived.promise;
    const waiting = sendToBoth("detailed-caption", 20);
    await setTimeout(200);
    await leader.stop();
    const began = performance.now();
    const answers = await waiting;
    expect(await lost).toBe("lost");
    expect(new Set(answers.map(({ result }) => result))).toEqual(new Set(["a cat"]));
    expect(inferCount() - before).toBe(2);
    expect(performance.now() - began).toBeLessThan(2 * LEADER_LEASE_MS);
  });

  it("answer without coordination when the process with the Durable Objects has stopped", async () => {
    behaviour = catReply;
    await home?.stop();
    expect(await send(other, "more-detailed-caption")).toMatchObject({ result: "a cat" });
  });
});
