import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createHttpServer, defaultTimeouts } from "../../../src/serving/http-node.ts";
import { rawSocket, received } from "../../support/serving-client.ts";

/** More than the kernel's buffers take for a reader who does not. */
const LARGE = 32_000_000;

const hurried = { receiveMs: 300, stallMs: 300 };
const get = "GET / HTTP/1.1\r\nhost: gpu\r\n\r\n";

/** A server of these answers, which is closed with the test. */
async function serving(answer: (request: Request) => Response | Promise<Response>, timeouts = hurried) {
  const server = createHttpServer(answer, timeouts);
  const url = await server.listen(0, "127.0.0.1");
  return { ...server, url, [Symbol.asyncDispose]: async () => void (await server.close(0)) };
}

const large = () => new Response(new Uint8Array(LARGE));

describe("a connection", () => {
  it("whose answer nobody takes is ended", async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await serving(() => {
      asked.resolve();
      return large();
    });
    using socket = await rawSocket(server.url);
    socket.pause().write(get);
    await asked.promise;
    // Closing waits for the answer to be sent, or for its connection to end.
    expect(await server.close(20 * hurried.stallMs)).toBe(true);
    expect((await received(socket)).length).toBeLessThan(LARGE);
  });

  it("whose answer takes long to be made is not", async () => {
    await using server = await serving(() => setTimeout(3 * hurried.stallMs, new Response("late")));
    expect(await (await fetch(server.url)).text()).toBe("late");
  });

  it("whose answer comes in pieces, far apart, is not", async () => {
    const pieces = ["one", "two"].values();
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      const { value, done } = pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(await setTimeout(2 * hurried.stallMs, new TextEncoder().encode(value)));
    };
    await using server = await serving(() => new Response(new ReadableStream({ pull })));
    expect(await (await fetch(server.url)).text()).toBe("onetwo");
  });

  it("whose request does not come to its end is answered 408", async () => {
    await using server = await serving(async (request) => new Response(await request.arrayBuffer()));
    using socket = await rawSocket(server.url);
    socket.write("POST / HTTP/1.1\r\nhost: gpu\r\ncontent-length: 10\r\n\r\n{");
    expect(await received(socket)).toMatch(/^HTTP\/1.1 408 /u);
  });
});

describe("a server that closes", () => {
  it("sends what is made first, and ends idle connections", async () => {
    const { promise: made, resolve: make } = Promise.withResolvers<Response>();
    const asked = Promise.withResolvers<void>();
    await using server = await serving(() => {
      asked.resolve();
      return made;
    }, defaultTimeouts);
    using idle = await rawSocket(server.url);
    const reply = fetch(server.url).then((response) => response.arrayBuffer());
    await asked.promise;
    const closed = server.close(5000);
    make(large());
    expect((await reply).byteLength).toBe(LARGE);
    expect(await closed).toBe(true);
    expect(await received(idle)).toBe("");
  });

  it("waits for a reader who does not read as long as it may, and says so", async () => {
    const asked = Promise.withResolvers<void>();
    await using server = await serving(() => {
      asked.resolve();
      return large();
    }, defaultTimeouts);
    using socket = await rawSocket(server.url);
    socket.pause().write(get);
    await asked.promise;
    expect(await server.close(300)).toBe(false);
  });

  it("was never one where it cannot listen", async () => {
    await using server = await serving(large);
    const other = createHttpServer(large, hurried);
    await expect(other.listen(Number(server.url.port), "127.0.0.1")).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
