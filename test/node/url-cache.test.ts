import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../../tools/bundle.ts";
import { root, type Server, serve } from "../../tools/serve.ts";
import { withServer } from "../support/hostile-backend.ts";

/** The picture that the server has now, its mark, and what it has answered. */
const shown = { picture: new Uint8Array(), etag: '"1"', isDown: false };
const answered: number[] = [];
const origin = createServer((request, response) => {
  const isKnown = request.headers["if-none-match"] === shown.etag;
  const status = shown.isDown ? 503 : isKnown ? 304 : 200;
  answered.push(status);
  response.writeHead(status, { etag: shown.etag });
  response.end(status === 200 ? shown.picture : undefined);
});

async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(join(root, "test/pictures", name)));
}

let [street, garden]: Uint8Array<ArrayBuffer>[] = [];
let server: Server | undefined;
let url = "";
const stop = Promise.withResolvers<void>();
let ended: Promise<unknown> = Promise.resolve();
beforeAll(async () => {
  [street, garden] = [await read("street.jpg"), await read("garden.png")];
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

async function ask(task = "caption") {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ image: { url } });
  const response = await fetch(new URL(`/v1/${task}`, server?.url), { method: "POST", headers, body });
  const { text }: { readonly text?: string } = await response.json();
  return { text, cache: response.headers.get("cache-status") };
}

it("a picture at an address is downloaded when it is new or was changed, and when the model needs it", async () => {
  shown.picture = street ?? shown.picture;
  const first = await ask();
  expect(await ask()).toEqual({ text: first.text, cache: "florence-edge; hit" });
  expect(answered.splice(0)).toEqual([200, 304]);
  expect((await ask("detailed-caption")).cache).toBe("florence-edge; fwd=miss; stored");
  expect(answered.splice(0)).toEqual([304, 200]);
  Object.assign(shown, { picture: garden, etag: '"2"' });
  expect((await ask()).cache).toBe("florence-edge; fwd=miss; stored");
  expect((await ask()).cache).toBe("florence-edge; hit");
  expect(answered.splice(0)).toEqual([200, 304]);
  shown.isDown = true;
  expect((await ask()).cache).toBe("florence-edge; hit; detail=stale-if-error");
});
