import { readFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server as HttpServer } from "node:http";
import { type AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProblemDetails } from "../../../src/contract/problem-details.ts";
import { createImageFetch } from "../../../src/image/fetch-image.ts";
import { MAX_IMAGE_BYTES } from "../../../src/image/image.ts";
import { bundle } from "../../../tools/bundle.ts";
import { root, serve, type Server } from "../../../tools/serve.ts";
import { bytesOf } from "../../support/image-servers.ts";

const vectors = join(root, "test/vectors/preprocess");
const MEGABYTE = new Uint8Array(1024 * 1024);

/** Fifty times the maximum size of an image, compressed to half a megabyte. */
const gzipBomb = gzipSync(new Uint8Array(50 * MAX_IMAGE_BYTES), { level: 9 });

const requestedPaths: string[] = [];
const credentials: (string | undefined)[] = [];
let closedEndless = 0;

/** The image server's behaviour by path; any other path is a file of the vectors. */
const behaviours: Readonly<Record<string, RequestListener>> = {
  "/to-picture": (_, response) => response.writeHead(302, { location: "/lossy-300x201.webp" }).end(),
  "/to-private": (_, response) => response.writeHead(302, { location: "http://10.0.0.1/" }).end(),
  "/to-metadata": (_, response) => response.writeHead(302, { location: "http://169.254.169.254/latest/" }).end(),
  "/to-itself": (_, response) => response.writeHead(302, { location: "/to-itself" }).end(),
  "/page": (_, response) =>
    response.writeHead(200, { "content-type": "image/jpeg" }).end("<html><body>Sign in</body></html>"),
  "/empty": (_, response) => response.writeHead(200, { "content-type": "image/jpeg" }).end(),
  "/declared": (_, response) => response.writeHead(200, { "content-length": MAX_IMAGE_BYTES + 1 }).write("a"),
  "/endless": (_, response) => {
    const write = (): void => {
      while (response.write(MEGABYTE) && !response.destroyed);
    };
    response.on("drain", write).on("close", () => (closedEndless += 1));
    write();
  },
  "/bomb": (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipBomb),
  "/cut": (_, response) => {
    response.writeHead(200, { "content-length": 1000 }).write("a");
    setImmediate(() => response.destroy());
  },
  "/drip": (_, response) => {
    const timer = setInterval(() => response.write("a"), 20);
    response.on("close", () => clearInterval(timer));
  },
  "/silent": () => {},
};

const imageServer = createServer((request, response) => {
  const path = request.url ?? "";
  requestedPaths.push(path);
  credentials.push(request.headers.cookie ?? request.headers.authorization);
  const behave = behaviours[path];
  if (behave !== undefined) return behave(request, response);
  return void readFile(join(vectors, path)).then(
    (bytes) => response.end(bytes),
    () => response.writeHead(404).end(),
  );
});

async function portOf(server: HttpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server listens to no port.");
  return address.port;
}

let origin = "";
let permissive: Server | undefined;
let strict: Server | undefined;

beforeAll(async () => {
  origin = `http://127.0.0.1:${await portOf(imageServer)}`;
  const modules = await bundle();
  permissive = await serve(modules, { port: 0, variables: { ALLOW_HTTP_IMAGES: "true" } });
  strict = await serve(modules, { port: 0 });
}, 60_000);
afterAll(async () => {
  await Promise.all([permissive?.stop(), strict?.stop()]);
  imageServer.closeAllConnections();
  imageServer.close();
});

async function send(server: Server | undefined, image: unknown) {
  const headers = { "content-type": "application/json", cookie: "a=b", authorization: "Bearer secret" };
  const body = JSON.stringify({ image, max_new_tokens: 2 });
  const response = await fetch(new URL("/v1/region-proposal", server?.url), { method: "POST", headers, body });
  return { status: response.status, body: await response.json() };
}

async function problemAt(path: string): Promise<string> {
  return ProblemDetails.parse((await send(permissive, { url: origin + path })).body).code;
}

describe("an image URL in a request, on a server of this machine", () => {
  it.each([
    ["/baseline-444-499x331.jpg", { width: 499, height: 331 }],
    ["/orientation-6-61x43.jpg", { width: 43, height: 61 }],
    ["/alpha-200x300.png", { width: 200, height: 300 }],
    ["/placed-150x100.gif", { width: 150, height: 100 }],
    ["/to-picture", { width: 300, height: 201 }],
  ])("is fetched without credentials and answered in pixels of the image as displayed: %s", async (path, source) => {
    expect(await send(permissive, origin + path)).toMatchObject({ status: 200, body: { type: "boxes", source } });
    expect(credentials.every((sent) => sent === undefined)).toBe(true);
  });

  it.each([
    ["/nothing-there", "image-url-unreachable"],
    ["/to-private", "image-url-refused"],
    ["/to-metadata", "image-url-refused"],
    ["/to-itself", "image-url-refused"],
    ["/page", "image-url-not-an-image"],
    ["/empty", "image-url-not-an-image"],
    ["/declared", "body-too-large"],
    ["/endless", "body-too-large"],
    ["/bomb", "body-too-large"],
    ["/cut", "image-url-unreachable"],
    ["/drip", "image-url-timeout"],
  ])("is rejected with its code: %s, %s", async (path, code) => {
    expect(await problemAt(path)).toBe(code);
  });

  it("with an endless response is disconnected", () => {
    expect(closedEndless).toBe(1);
  });

  it("on a port without a server is unreachable", async () => {
    const unused = createServer();
    const port = await portOf(unused);
    await new Promise((resolve) => unused.close(resolve));
    const { body } = await send(permissive, `http://127.0.0.1:${port}/`);
    expect(ProblemDetails.parse(body).code).toBe("image-url-unreachable");
  });

  it("is not requested when only https is allowed", async () => {
    const before = requestedPaths.length;
    expect(await send(strict, `${origin}/small-33x33.png`)).toMatchObject({ body: { code: "image-url-refused" } });
    expect(requestedPaths.length).toBe(before);
  });
});

/** Fetches an image with Node's own fetch. */
async function fetchBytes(path: string, milliseconds = 30_000): Promise<Uint8Array> {
  const fetchImage = createImageFetch({
    fetch: (url, request) => fetch(url, request),
    timeout: () => AbortSignal.timeout(milliseconds),
    allowsHttp: true,
    maxBytes: MAX_IMAGE_BYTES,
    now: Date.now,
  });
  return bytesOf(await fetchImage(origin + path, new AbortController().signal));
}

describe("Node's own fetch", () => {
  it("returns the bytes of the file", async () => {
    expect(await fetchBytes("/to-picture")).toEqual(
      new Uint8Array(await readFile(join(vectors, "lossy-300x201.webp"))),
    );
  });

  it.each([
    ["/declared", "body-too-large"],
    ["/endless", "body-too-large"],
    ["/bomb", "body-too-large"],
    ["/cut", "image-url-unreachable"],
    ["/to-private", "image-url-refused"],
  ])("is limited in the same way: %s, %s", async (path, code) => {
    await expect(fetchBytes(path)).rejects.toThrow(expect.objectContaining({ code }));
  });

  it.each(["/silent", "/drip"])("is limited in time: %s", async (path) => {
    await expect(fetchBytes(path, 200)).rejects.toThrow(expect.objectContaining({ code: "image-url-timeout" }));
  });
});
