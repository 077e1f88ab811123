import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createHttpServer, defaultTimeouts } from "../../../src/serving/http-node.ts";
import { readMessage } from "../../../src/serving/body.ts";
import {
  MAX_TINY_CHUNKS,
  MIN_AVERAGE_CHUNK_BYTES,
  TINY_CHUNKS_DELAY_MS,
} from "../../../src/serving/joined-body-node.ts";
import { errorReply } from "../../../src/serving/serving-failure.ts";
import { rawSocket, received } from "../../support/serving-client.ts";

/** The bytes of a large response: more than the kernel buffers for a client that does not read. */
const LARGE = 32_000_000;

const shortTimeouts = { receiveMs: 300, stallMs: 300 };
const get = "GET / HTTP/1.1\r\nhost: gpu\r\n\r\n";

/** Starts a server with this handler; disposal closes it. */
async function serving(answer: (request: Request) => Response | Promise<Response>, timeouts = shortTimeouts) {
  const server = createHttpServer(answer, timeouts);
  const url = await server.listen(0, "127.0.0.1");
  return { ...server, url, [Symbol.asyncDispose]: async () => void (await server.close(0)) };
}

const large = () => new Response(new Uint8Array(LARGE));

describe("a connection", () => {
  it("is closed when the client does not read the response", async () => {
    const requested = Promise.withResolvers<void>();
    await using server = await serving(() => {
      requested.resolve();
      return large();
    });
    using socket = await rawSocket(server.url);
    socket.pause().write(get);
    await requested.promise;
    // `close` waits until the response is sent or its connection has ended.
    expect(await server.close(20 * shortTimeouts.stallMs)).toBe(true);
    expect((await received(socket)).length).toBeLessThan(LARGE);
  });

  it("is not closed while the response is being computed", async () => {
    await using server = await serving(() => setTimeout(3 * shortTimeouts.stallMs, new Response("late")));
    expect(await (await fetch(server.url)).text()).toBe("late");
  });

  it("is not closed between the chunks of a slow response", async () => {
    const chunks = ["one", "two"].values();
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      const { value, done } = chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(await setTimeout(2 * shortTimeouts.stallMs, new TextEncoder().encode(value)));
    };
    await using server = await serving(() => new Response(new ReadableStream({ pull })));
    expect(await (await fetch(server.url)).text()).toBe("onetwo");
  });

  it("is answered with 408 when the request does not complete", async () => {
    await using server = await serving(async (request) => new Response(await request.arrayBuffer()));
    using socket = await rawSocket(server.url);
    socket.write("POST / HTTP/1.1\r\nhost: gpu\r\ncontent-length: 10\r\n\r\n{");
    expect(await received(socket)).toMatch(/^HTTP\/1.1 408 /u);
  });
});

/** A server that answers with the length of the body, or with the error of reading it. */
const measuring = () =>
  serving(async (request) => {
    try {
      return new Response(String((await readMessage(request)).length));
    } catch (thrown) {
      const { status, body } = errorReply(thrown);
      return Response.json(body, { status });
    }
  }, defaultTimeouts);

/** A request whose body comes in `count` chunks of `bytes` spaces, and then ends. */
function inChunks(count: number, bytes: number): string {
  const chunks = `${bytes.toString(16)}\r\n${" ".repeat(bytes)}\r\n`.repeat(count);
  return `POST / HTTP/1.1\r\nhost: gpu\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
}

describe("a body in chunks", () => {
  it.each([
    ["as many tiny ones as allowed", MAX_TINY_CHUNKS, 1],
    // Node passes a chunk on in two parts if it is read in two.
    ["more that are not tiny", 4 * MAX_TINY_CHUNKS, MIN_AVERAGE_CHUNK_BYTES + 1],
  ])("is read: %s", async (_, count, bytes) => {
    await using server = await measuring();
    using socket = await rawSocket(server.url);
    socket.write(inChunks(count, bytes));
    expect(await received(socket)).toMatch(new RegExp(`^HTTP/1.1 200 [^]*\r\n\r\n${count * bytes}$`, "u"));
  });

  it("is refused after a while if it has more tiny ones", async () => {
    await using server = await measuring();
    using socket = await rawSocket(server.url);
    const sentAt = performance.now();
    socket.write(inChunks(200 * MAX_TINY_CHUNKS, 1));
    expect(await received(socket)).toMatch(/^HTTP\/1.1 400 [^]*"code":"invalid-request"/u);
    expect(performance.now() - sentAt).toBeGreaterThan(TINY_CHUNKS_DELAY_MS - 1);
  });
});

const early = () => serving(() => new Response("no", { status: 404 }), defaultTimeouts);
const headOf = (length: number) => `POST / HTTP/1.1\r\nhost: gpu\r\ncontent-length: ${length}\r\n\r\n`;

describe("a request that is answered before its body was read", () => {
  it("leaves its connection for the next one if it is small", async () => {
    await using server = await early();
    using socket = await rawSocket(server.url);
    socket.write(headOf(1000) + "x".repeat(1000) + get.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"));
    expect((await received(socket)).match(/HTTP\/1.1 404/gu)).toHaveLength(2);
  });

  it("is told that the connection closes if it is large, and can read that while it sends", async () => {
    await using server = await early();
    using socket = await rawSocket(server.url);
    const sentAt = performance.now();
    socket.write(headOf(1_000_000) + "x".repeat(1000));
    const first = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
    expect(String(first)).toMatch(/^HTTP\/1.1 404 [^]*connection: close[^]*no$/u);
    expect(performance.now() - sentAt).toBeLessThan(900);
    await received(socket);
    expect(performance.now() - sentAt).toBeGreaterThan(900);
  });
});

describe("a caller who leaves", () => {
  it.each([
    ["while its large request is refused", headOf(1_000_000) + "x".repeat(1000)],
    ["while its tiny chunks are refused", inChunks(200 * MAX_TINY_CHUNKS, 1)],
  ])("%s does not end the server", async (_, bytes) => {
    await using server = bytes.includes("chunked") ? await measuring() : await early();
    for (const waitMs of [0, 50]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      using socket = await rawSocket(server.url);
      socket.on("error", () => {});
      socket.write(bytes);
      // oxlint-disable-next-line no-await-in-loop -- as above
      await setTimeout(waitMs);
      socket.destroy();
    }
    // Longer than the delays of refusals: an error in a timer would end this process.
    await setTimeout(TINY_CHUNKS_DELAY_MS + 200);
    expect((await fetch(server.url)).status).toBeGreaterThan(0);
  });
});

describe("the server", () => {
  it("sends the responses in progress when it closes, and ends idle connections", async () => {
    const { promise: delayed, resolve: respond } = Promise.withResolvers<Response>();
    const requested = Promise.withResolvers<void>();
    await using server = await serving(() => {
      requested.resolve();
      return delayed;
    }, defaultTimeouts);
    using idle = await rawSocket(server.url);
    const reply = fetch(server.url).then((response) => response.arrayBuffer());
    await requested.promise;
    const closed = server.close(5000);
    respond(large());
    expect((await reply).byteLength).toBe(LARGE);
    expect(await closed).toBe(true);
    expect(await received(idle)).toBe("");
  });

  it("waits at most the given time for a client that does not read, and then returns false from close", async () => {
    const requested = Promise.withResolvers<void>();
    await using server = await serving(() => {
      requested.resolve();
      return large();
    }, defaultTimeouts);
    using socket = await rawSocket(server.url);
    socket.pause().write(get);
    await requested.promise;
    expect(await server.close(300)).toBe(false);
  });

  it("rejects listen when the port is in use", async () => {
    await using server = await serving(large);
    const other = createHttpServer(large, shortTimeouts);
    await expect(other.listen(Number(server.url.port), "127.0.0.1")).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
