import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../../tools/bundle.ts";
import { root, type Server, serve } from "../../tools/serve.ts";
import { withServer } from "../support/hostile-backend.ts";

/** The image that the origin serves now, its ETag, and whether the origin fails. */
const served = { image: new Uint8Array(), etag: '"1"', isDown: false };
/** The status codes that the origin has sent. */
const sentStatuses: number[] = [];
const origin = createServer((request, response) => {
  const isUnchanged = request.headers["if-none-match"] === served.etag;
  const status = served.isDown ? 503 : isUnchanged ? 304 : 200;
  sentStatuses.push(status);
  response.writeHead(status, { etag: served.etag });
  response.end(status === 200 ? served.image : undefined);
});

async function readImage(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(join(root, "test/pictures", name)));
}

let [street, garden]: Uint8Array<ArrayBuffer>[] = [];
let server: Server | undefined;
let url = "";
const stop = Promise.withResolvers<void>();
let ended: Promise<unknown> = Promise.resolve();
beforeAll(async () => {
  [street, garden] = [await readImage("street.jpg"), await readImage("garden.png")];
  server = await serve(await bundle(), { port: 0, variables: { ALLOW_HTTP_IMAGES: "true" } });
  const started = Promise.withResolvers<void>();
  ended = withServer(origin, async (port) => {
    url = `http://127.0.0.1:${port}/picture`;
    started.resolve();
    await stop.promise;
  });
  await Promise.race([started.promise, ended]);
}, 60_000);
afterAll(async () => {
  stop.resolve();
  await Promise.all([ended, server?.stop()]);
});

async function send(task = "caption") {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ image: { url } });
  const response = await fetch(new URL(`/v1/${task}`, server?.url), { method: "POST", headers, body });
  const { text }: { readonly text?: string } = await response.json();
  return { text, cache: response.headers.get("cache-status") };
}

it("an image at a URL is downloaded when it is new or has changed, and when the model needs it", async () => {
  served.image = street ?? served.image;
  const first = await send();
  expect(await send()).toEqual({ text: first.text, cache: "florence-edge; hit" });
  expect(sentStatuses.splice(0)).toEqual([200, 304]);
  expect((await send("detailed-caption")).cache).toBe("florence-edge; fwd=miss; stored");
  expect(sentStatuses.splice(0)).toEqual([304, 200]);
  Object.assign(served, { image: garden, etag: '"2"' });
  expect((await send()).cache).toBe("florence-edge; fwd=miss; stored");
  expect((await send()).cache).toBe("florence-edge; hit");
  expect(sentStatuses.splice(0)).toEqual([200, 304]);
  served.isDown = true;
  expect((await send()).cache).toBe("florence-edge; hit; detail=stale-if-error");
});
