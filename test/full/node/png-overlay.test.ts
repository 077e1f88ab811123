import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFlorence } from "../../../src/client/florence.ts";
import { sniff } from "../../../src/image/sniff.ts";
import { bundle } from "../../../tools/bundle.ts";
import { type Build, root, type Server, serve } from "../../../tools/serve.ts";
import { startMiniServer } from "../../support/gpu-server.ts";

const street = await readFile(join(root, "test/pictures/street.jpg"));
let build: Build;
beforeAll(async () => {
  build = await bundle();
});

/** Starts the built Worker with these variables, runs `work` and stops the Worker. */
async function withServer<Result>(variables: Readonly<Record<string, string>>, work: (server: Server) => Result) {
  const server = await serve(build, { port: 0, variables });
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

async function draw({ url }: Server, query = "", headers: Readonly<Record<string, string>> = {}) {
  const address = new URL(`/v1/object-detection?overlay=png${query}`, url);
  const init = { method: "POST", headers: { "content-type": "image/jpeg", ...headers }, body: street };
  const response = await fetch(address, init);
  return { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) };
}

describe("overlay=png of the built Worker", () => {
  let local: Server | undefined;
  beforeAll(async () => {
    local = await serve(build, { port: 0, variables: { OVERLAY_PNG: "true" } });
  });
  afterAll(() => local?.stop());
  const server = (): Server => {
    if (local === undefined) throw new Error("The server has not started.");
    return local;
  };

  it("is a PNG in the image's own size, also for the first requests, which come together", async () => {
    const replies = await Promise.all(Array.from({ length: 6 }, () => draw(server())));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    for (const { headers, body } of replies) {
      expect([headers.get("content-type"), headers.get("content-length")]).toEqual(["image/png", String(body.length)]);
      expect(sniff(body)).toEqual({ format: "png", width: 640, height: 480 });
    }
    expect(new Set(replies.map(({ body }) => Buffer.from(body).toString("base64"))).size).toBe(1);
  });

  it("comes from the cached answer, and is 304 for a caller that has it", async () => {
    const first = await draw(server());
    const again = await draw(server(), "", { "if-none-match": first.headers.get("etag") ?? "" });
    expect(first.headers.get("cache-status")).toContain("hit");
    expect([again.status, again.body.length]).toEqual([304, 0]);
    const others = await Promise.all(["&overlay_image=false", "&max_objects=1"].map((query) => draw(server(), query)));
    expect(new Set([first, ...others].map(({ headers }) => headers.get("etag"))).size).toBe(3);
  });

  it("is the bytes of the file for the client", async () => {
    const florence = createFlorence({ baseUrl: server().url.origin });
    const png = await florence.objectDetection(street, { overlay: "png", max_objects: 1 });
    expect(png).toEqual((await draw(server(), "&max_objects=1")).body);
  });
});

describe("OVERLAY_PNG", () => {
  it("refuses PNGs beside a model by default", async () => {
    const { status, body } = await withServer({}, (server) => draw(server));
    expect(status).toBe(400);
    expect(JSON.parse(new TextDecoder().decode(body))).toMatchObject({ code: "png-unavailable", retryable: false });
  });

  it("allows PNGs by default where the model is elsewhere, and can refuse them", async () => {
    await using backend = await startMiniServer();
    const remote = { PLACEMENT: "remote", BACKEND_URL: backend.url.href };
    const allowed = await withServer(remote, (server) => draw(server));
    expect([allowed.status, sniff(allowed.body)]).toEqual([200, { format: "png", width: 640, height: 480 }]);
    const refused = await withServer({ ...remote, OVERLAY_PNG: "false" }, (server) => draw(server));
    expect(refused.status).toBe(400);
  });

  it("refuses PNGs in the placement split by default", async () => {
    const split = { PLACEMENT: "split", BACKEND_URL: "http://127.0.0.1:1" };
    expect((await withServer(split, (server) => draw(server))).status).toBe(400);
  });
});
