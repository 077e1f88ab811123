import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createServer as createSecureServer } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeReply } from "../../../src/inference/protocol/binary-extension.ts";
import { defaultBreaker } from "../../../src/inference/protocol/breaker.ts";
import { bundle } from "../../../tools/bundle.ts";
import { type Build, root, serve } from "../../../tools/serve.ts";
import { catOutputs, catReply, describedPaths, inferPath, replyOf } from "../../support/cat-backend.ts";
import { int32 } from "../../support/fake-client.ts";
import {
  type Behaviour,
  drip,
  headOf,
  hostileServer,
  type RequestedPaths,
  respond,
  withServer,
} from "../../support/hostile-backend.ts";
import { selfSigned } from "../../support/protocol-certificate.ts";
import { valueOf } from "../../support/protocol-tensors.ts";

/** The time limit of one answer of the backend. */
const TIMEOUT_MS = 600;

/** Added to the time limit for a busy machine. */
const SLACK_MS = 3000;

const goodReply = catReply;
const { body: replyBody, headers: replyHeaders } = valueOf(
  encodeReply({ modelName: "florence2", outputs: catOutputs }, () => true),
);
const head = headOf("200 OK", [
  `Content-Length: ${replyBody.length}`,
  ...Object.entries(replyHeaders).map(([name, value]) => `${name}: ${value}`),
]);

let build: Build;
let image: Uint8Array<ArrayBuffer> = new Uint8Array();
let behaviour = goodReply;
const requestedPaths: RequestedPaths = [];
const backend = hostileServer({ ...describedPaths, [inferPath]: (...given) => behaviour(...given) }, requestedPaths);
let send: () => ReturnType<typeof sendTo> = () => Promise.reject(new Error("The API has not been started."));
const stop = Promise.withResolvers<void>();

/** Runs the API in workerd with a remote backend while `use` runs. */
async function withApi<Value>(backendUrl: string, use: (url: URL) => Promise<Value>): Promise<Value> {
  const variables = { PLACEMENT: "remote", BACKEND_URL: backendUrl, BACKEND_TIMEOUT_MS: String(TIMEOUT_MS) };
  const api = await serve(build, { port: 0, variables });
  try {
    return await use(api.url);
  } finally {
    await api.stop();
  }
}

async function sendTo(url: URL) {
  const began = performance.now();
  // Bypasses the cache, so that every request reaches the backend.
  const headers = { "content-type": "image/jpeg", "cache-control": "no-store" };
  const response = await fetch(new URL("/v1/caption", url), { method: "POST", headers, body: image });
  const body: { code?: string; text?: string } = await response.json();
  const { status } = response;
  return { status, body, retryAfter: response.headers.get("retry-after"), ms: performance.now() - began };
}

let ended: Promise<unknown> = Promise.resolve();
beforeAll(async () => {
  build = await bundle();
  image = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
  const started = Promise.withResolvers<void>();
  ended = withServer(backend, (port) =>
    withApi(`http://127.0.0.1:${port}`, async (url) => {
      send = () => sendTo(url);
      started.resolve();
      await stop.promise;
    }),
  );
  await Promise.race([started.promise, ended]);
}, 60_000);
afterAll(async () => {
  stop.resolve();
  await ended;
});

describe("the API, when its backend", () => {
  it.each<[string, string, Behaviour]>([
    ["is killed before it answers", "backend-unavailable", (socket) => socket.destroy()],
    [
      "is killed during its answer",
      "backend-unavailable",
      (socket) => socket.write(`${head}{`, () => socket.destroy()),
    ],
    ["hangs", "backend-timeout", () => {}],
    ["hangs during its answer", "backend-timeout", (socket) => void socket.write(`${head}{`)],
    ["answers one byte at a time", "backend-timeout", (socket) => socket.write(head, () => drip(socket, "{"))],
    ["always answers 503", "backend-unavailable", respond("503 Service Unavailable", '{"error":"busy"}')],
    [
      "is behind a proxy that answers HTML",
      "backend-unavailable",
      respond("502 Bad Gateway", "<html>bad gateway</html>"),
    ],
    ["answers 500", "backend-failed", respond("500 Internal Server Error", '{"error":"no memory"}')],
    ["answers an error with status 200", "backend-failed", respond("200 OK", '{"error":"no memory"}')],
    ["answers fewer bytes than its tensors need", "backend-failed", replyOf(catOutputs, 1)],
    ["answers with wrong shapes", "backend-failed", replyOf([int32("token_count", [2, 2]), ...catOutputs.slice(0, 3)])],
    ["answers without a requested output", "backend-failed", replyOf(catOutputs.slice(1))],
    ["redirects", "backend-failed", respond("302 Found", "", ["Location: http://127.0.0.1:9/"])],
    ["rejects the image", "image-corrupt", respond("422 Unprocessable", '{"error":"cut off","code":"image-corrupt"}')],
    ["is overloaded", "overloaded", respond("503 Service Unavailable", '{"error":"full","code":"overloaded"}')],
  ])("%s, returns %s in time and answers the next request", async (_, code, fault) => {
    behaviour = fault;
    const answer = await send();
    expect(answer.body.code).toBe(code);
    expect(answer.ms).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    expect(answer.retryAfter === null).toBe(answer.status !== 503);
    behaviour = goodReply;
    expect((await send()).body.text).toBe("a cat");
  });

  it("closes one connection, retries and answers", async () => {
    const before = requestedPaths.filter((path) => path === inferPath).length;
    behaviour = (socket, count) => (count === before ? socket.destroy() : goodReply(socket, count));
    expect((await send()).body.text).toBe("a cat");
    expect(requestedPaths.filter((path) => path === inferPath)).toHaveLength(before + 2);
  });

  it("keeps failing, sends it no requests until the cooldown has passed", async () => {
    behaviour = respond("500 Internal Server Error", "{}");
    for (let call = 0; call < defaultBreaker.failures; call += 1) {
      expect((await send()).body.code).toBe("backend-failed");
    }
    const { length } = requestedPaths;
    expect((await send()).body.code).toBe("backend-unavailable");
    expect(requestedPaths).toHaveLength(length);
    behaviour = goodReply;
    await setTimeout(defaultBreaker.cooldownMs);
    expect((await send()).body.text).toBe("a cat");
  });

  it.each([
    ["refuses connections", "http://127.0.0.1:9"],
    ["has a host name that does not resolve", "http://backend.invalid"],
  ])("%s, returns backend-unavailable in time", async (_, backendUrl) => {
    const answer = await withApi(backendUrl, sendTo);
    expect([answer.status, answer.body.code]).toEqual([503, "backend-unavailable"]);
    expect(answer.ms).toBeLessThan(TIMEOUT_MS + SLACK_MS);
  });

  it("has a self-signed certificate, sends it no request", async () => {
    const requests: unknown[] = [];
    const server = createSecureServer(selfSigned, (request) => void requests.push(request.url));
    const answer = await withServer(server, (port) => withApi(`https://127.0.0.1:${port}`, sendTo));
    expect(answer.body.code).toBe("backend-unavailable");
    expect(requests).toEqual([]);
  });
});
