import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { childProcesses } from "../../../bench/child-processes.ts";
import { bundle } from "../../../tools/bundle.ts";
import { serve, type Server } from "../../../tools/serve.ts";
import { gpuProcess } from "../../support/serving-process.ts";

/** Chunks of one byte in one body. Retained, each takes workerd 4.4 kB, so 880 MB, and Node 290 bytes. */
const CHUNKS = 200_000;

/** How much a process may grow beside such bodies, in megabytes: garbage that is not yet collected. */
const MAX_GROWTH = 100;

const CHUNK = "1\r\nA\r\n";
const BLOCK = CHUNK.repeat(5000);

/** Sends a request with a body in chunks of one byte, and returns the first line of the response. */
async function postChunks(url: string | URL, path: string, chunks = CHUNKS): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const answered = new Promise<Buffer>((resolve) => socket.once("data", resolve));
  // Whoever refuses such a body closes the connection before it is sent.
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("error", () => {});
  socket.write(`POST ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n`);
  for (let sent = 0; sent < chunks; sent += 5000) {
    if (!socket.writable) break;
    // oxlint-disable-next-line no-await-in-loop -- the socket's backpressure
    if (!socket.write(BLOCK)) await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
  }
  if (socket.writable) socket.write("0\r\n\r\n");
  const response = await answered;
  socket.destroy();
  return String(response).split("\r\n", 1).join();
}

/** The process id of the workerd that this test has started. */
async function workerdPid(): Promise<number> {
  for (const pid of await childProcesses()) {
    // oxlint-disable-next-line no-await-in-loop -- a few small files
    if ((await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).includes("workerd")) return pid;
  }
  throw new Error("No workerd is a child of this process.");
}

async function residentMegabytes(pid: number): Promise<number> {
  return Number(/VmRSS:\s+(\d+)/u.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}

describe("the edge", () => {
  const images = createServer((_request, response) => {
    response.socket?.write("HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n");
    response.socket?.end(`${CHUNK.repeat(CHUNKS)}0\r\n\r\n`);
  });
  let edge: Server | undefined;
  let pid = 0;
  beforeAll(async () => {
    edge = await serve(await bundle(), { port: 0, variables: { ALLOW_HTTP_IMAGES: "true" } });
    pid = await workerdPid();
    images.listen(0, "127.0.0.1");
    await once(images, "listening");
    // What the first requests allocate for good is not part of the growth.
    await postChunks(edge.url, "/v1/caption", 5000);
  });
  afterAll(async () => {
    images.close();
    await edge?.stop();
  });

  it("holds no more than the bytes of a body in chunks of one byte", async () => {
    const before = await residentMegabytes(pid);
    expect(await postChunks(edge?.url ?? "", "/v1/caption")).toBe("HTTP/1.1 415 Unsupported Media Type");
    expect((await residentMegabytes(pid)) - before).toBeLessThan(MAX_GROWTH);
  });

  it("holds no more than the bytes of an image whose server sends it in such chunks", async () => {
    const address = images.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const body = JSON.stringify({ image: `http://127.0.0.1:${port}/` });
    const before = await residentMegabytes(pid);
    const headers = { "content-type": "application/json" };
    const response = await fetch(new URL("/v1/caption", edge?.url), { method: "POST", body, headers });
    expect(await response.json()).toMatchObject({ code: "image-url-not-an-image" });
    expect((await residentMegabytes(pid)) - before).toBeLessThan(MAX_GROWTH);
  });
});

describe("the backend", () => {
  it("holds no more than the bytes of a body in chunks of one byte", async () => {
    await using gpu = await gpuProcess();
    const path = "/v2/models/florence2/infer";
    await postChunks(gpu.url, path, 5000);
    const { megabytes: before } = await gpu.holds();
    // Five times as many, since each takes less.
    expect(await postChunks(gpu.url, path, 5 * CHUNKS)).toBe("HTTP/1.1 400 Bad Request");
    expect((await gpu.holds()).megabytes - before).toBeLessThan(MAX_GROWTH);
  });
});
