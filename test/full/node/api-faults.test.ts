import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createServer as createSecureServer } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeReply } from "../../../src/inference/protocol/binary-extension.ts";
import { defaultBreaker } from "../../../src/inference/protocol/breaker.ts";
import { bundle } from "../../../tools/bundle.ts";
import { root, serve } from "../../../tools/serve.ts";
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

/** What one answer may take at the backend; the clock of a busy machine is added to it. */
const TIMEOUT_MS = 600;
const SLACK_MS = 3000;

const good = catReply;
const { body: whole, headers: wholeHeaders } = valueOf(
  encodeReply({ modelName: "florence2", outputs: catOutputs }, () => true),
);
const head = headOf("200 OK", [
  `Content-Length: ${whole.length}`,
  ...Object.entries(wholeHeaders).map(([name, value]) => `${name}: ${value}`),
]);

let modules: Awaited<ReturnType<typeof bundle>> = [];
let picture: Uint8Array<ArrayBuffer> = new Uint8Array();
let behaviour = good;
const asked: RequestedPaths = [];
const backend = hostileServer({ ...describedPaths, [inferPath]: (...given) => behaviour(...given) }, asked);
let ask: () => ReturnType<typeof answerOf> = () => Promise.reject(new Error("The API has not been started."));
const stop = Promise.withResolvers<void>();

/** The API in workerd, its model at this address. */
async function withApi<Value>(address: string, use: (url: URL) => Promise<Value>): Promise<Value> {
  const variables = { PLACEMENT: "remote", BACKEND_URL: address, BACKEND_TIMEOUT_MS: String(TIMEOUT_MS) };
  const api = await serve(modules, { port: 0, variables });
  try {
    return await use(api.url);
  } finally {
    await api.stop();
  }
}

async function answerOf(url: URL) {
  const began = performance.now();
  // Each is to ask the backend: the cache would answer for it.
  const headers = { "content-type": "image/jpeg", "cache-control": "no-store" };
  const response = await fetch(new URL("/v1/caption", url), { method: "POST", headers, body: picture });
  const body: { code?: string; text?: string } = await response.json();
  const { status } = response;
  return { status, body, retryAfter: response.headers.get("retry-after"), ms: performance.now() - began };
}

let ended: Promise<unknown> = Promise.resolve();
beforeAll(async () => {
  modules = await bundle();
  picture = new Uint8Array(await readFile(join(root, "test/pictures/street.jpg")));
  const started = Promise.withResolvers<void>();
  ended = withServer(backend, (port) =>
    withApi(`http://127.0.0.1:${port}`, async (url) => {
      ask = () => answerOf(url);
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
      "is killed within its answer",
      "backend-unavailable",
      (socket) => socket.write(`${head}{`, () => socket.destroy()),
    ],
    ["hangs", "backend-timeout", () => {}],
    ["hangs within its answer", "backend-timeout", (socket) => void socket.write(`${head}{`)],
    ["answers a byte at a time", "backend-timeout", (socket) => socket.write(head, () => drip(socket, "{"))],
    ["storms with 503", "backend-unavailable", respond("503 Service Unavailable", '{"error":"busy"}')],
    [
      "is behind a proxy that answers HTML",
      "backend-unavailable",
      respond("502 Bad Gateway", "<html>bad gateway</html>"),
    ],
    ["fails", "backend-failed", respond("500 Internal Server Error", '{"error":"no memory"}')],
    ["answers an error under 200", "backend-failed", respond("200 OK", '{"error":"no memory"}')],
    ["answers less than it says", "backend-failed", replyOf(catOutputs, 1)],
    ["answers other shapes", "backend-failed", replyOf([int32("token_count", [2, 2]), ...catOutputs.slice(0, 3)])],
    ["answers without what was asked for", "backend-failed", replyOf(catOutputs.slice(1))],
    ["sends one elsewhere", "backend-failed", respond("302 Found", "", ["Location: http://127.0.0.1:9/"])],
    [
      "refuses the picture",
      "image-corrupt",
      respond("422 Unprocessable", '{"error":"cut off","code":"image-corrupt"}'),
    ],
    ["is full", "overloaded", respond("503 Service Unavailable", '{"error":"full","code":"overloaded"}')],
  ])("%s, says %s in time, and answers the next", async (_, code, fault) => {
    behaviour = fault;
    const answer = await ask();
    expect(answer.body.code).toBe(code);
    expect(answer.ms).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    expect(answer.retryAfter === null).toBe(answer.status !== 503);
    behaviour = good;
    expect((await ask()).body.text).toBe("a cat");
  });

  it("loses one connection, asks again and answers", async () => {
    const before = asked.filter((path) => path === inferPath).length;
    behaviour = (socket, count) => (count === before ? socket.destroy() : good(socket, count));
    expect((await ask()).body.text).toBe("a cat");
    expect(asked.filter((path) => path === inferPath)).toHaveLength(before + 2);
  });

  it("goes on failing, leaves it alone, and asks again when it has rested", async () => {
    behaviour = respond("500 Internal Server Error", "{}");
    for (let call = 0; call < defaultBreaker.failures; call += 1) {
      expect((await ask()).body.code).toBe("backend-failed");
    }
    const { length } = asked;
    expect((await ask()).body.code).toBe("backend-unavailable");
    expect(asked).toHaveLength(length);
    behaviour = good;
    await setTimeout(defaultBreaker.cooldownMs);
    expect((await ask()).body.text).toBe("a cat");
  });

  it.each([
    ["is not there", "http://127.0.0.1:9"],
    ["has a name that nobody knows", "http://backend.invalid"],
  ])("%s, says so in time", async (_, address) => {
    const answer = await withApi(address, answerOf);
    expect([answer.status, answer.body.code]).toEqual([503, "backend-unavailable"]);
    expect(answer.ms).toBeLessThan(TIMEOUT_MS + SLACK_MS);
  });

  it("shows a certificate that nobody vouches for, is not told anything", async () => {
    const requests: unknown[] = [];
    const server = createSecureServer(selfSigned, (request) => void requests.push(request.url));
    const answer = await withServer(server, (port) => withApi(`https://127.0.0.1:${port}`, answerOf));
    expect(answer.body.code).toBe("backend-unavailable");
    expect(requests).toEqual([]);
  });
});
