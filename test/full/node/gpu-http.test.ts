import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createHttpServer, defaultTimeouts } from "../../../src/serving/http-node.ts";
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
