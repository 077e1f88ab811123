import { describe, expect, it } from "vitest";
import { drip, headOf, hostileServer, realClient, shortDeadline, withServer } from "../../support/hostile-backend.ts";
import type { Behaviour } from "../../support/hostile-backend.ts";
import { collect } from "../../support/protocol-backend.ts";

const path = "/v2/models/m/generate_stream";
const frames = headOf("200 OK", ["Content-Type: text/event-stream", "Connection: close"]);
const chunked = headOf("200 OK", ["Content-Type: text/event-stream", "Transfer-Encoding: chunked"]);

async function callStream(behaviour: Behaviour, options = {}): Promise<readonly unknown[]> {
  return withServer(hostileServer({ [path]: behaviour }), async (port) =>
    collect(realClient(`http://127.0.0.1:${port}`, options).generateStream("m", { text_input: "a" })),
  );
}

const failed = (kind: string) => expect.objectContaining({ kind });

describe("a stream", () => {
  it.each<[string, Behaviour, readonly unknown[]]>([
    ["is complete", (socket) => socket.end(`${frames}data: {"a":1}\n\n`), [{ a: 1 }]],
    [
      "contains an error event",
      (socket) => socket.end(`${frames}data: {"a":1}\n\ndata: {"error":"lost"}\n\n`),
      [{ a: 1 }, failed("stream-error")],
    ],
    [
      "ends inside an event",
      (socket) => socket.end(`${frames}data: {"a":1}\n\ndata: {`),
      [{ a: 1 }, failed("malformed")],
    ],
  ])("that %s yields its frames and then any error", async (_, behaviour, expected) => {
    expect(await callStream(behaviour)).toEqual(expected);
  });

  it("that breaks off after a frame is not retried", async () => {
    const received = Promise.withResolvers<void>();
    const requestedPaths: string[] = [];
    const server = hostileServer(
      {
        [path]: (socket) => {
          socket.write(`${chunked}11\r\ndata: {"a":1}\n\n: \r\n`);
          // Waits for the frame to be received, because a reset may overtake bytes that are still in the socket.
          void received.promise.then(() => socket.destroy());
        },
      },
      requestedPaths,
    );
    await withServer(server, async (port) => {
      const seen: unknown[] = [];
      const reading = (async () => {
        for await (const frame of realClient(`http://127.0.0.1:${port}`).generateStream("m", {})) {
          seen.push(frame);
          received.resolve();
        }
      })();
      await expect(reading).rejects.toMatchObject({ kind: "unreachable" });
      expect(seen).toEqual([{ a: 1 }]);
    });
    expect(requestedPaths).toEqual([path]);
  });

  it.each<[string, Behaviour, readonly unknown[]]>([
    ["hangs after a frame", (socket) => void socket.write(`${frames}data: {"a":1}\n\n`), [{ a: 1 }]],
    [
      "sends comments without end",
      (socket) => {
        socket.write(`${frames}data: {"a":1}\n\n`);
        drip(socket, ":\n");
      },
      [{ a: 1 }],
    ],
    ["never starts", () => {}, []],
  ])("that %s, ends at the deadline", async (_, behaviour, before) => {
    expect(await callStream(behaviour, shortDeadline)).toEqual([...before, failed("deadline")]);
  });
});

/** Opens a stream that hangs after its first frame; `leave` reads and ends it. Resolves when the server sees the connection close. */
async function closedAfter(leave: (stream: AsyncIterable<unknown>, caller: AbortController) => Promise<void>) {
  const closed = Promise.withResolvers<void>();
  const server = hostileServer({
    [path]: (socket) => {
      socket.on("close", () => closed.resolve());
      socket.write(`${frames}data: {}\n\n`);
    },
  });
  await withServer(server, async (port) => {
    const caller = new AbortController();
    const client = realClient(`http://127.0.0.1:${port}`);
    await leave(client.generateStream("m", {}, { signal: caller.signal }), caller);
    await closed.promise;
  });
}

describe("a caller of a stream", () => {
  it("that aborts closes the connection to the server", async () => {
    await closedAfter(async (stream, caller) => {
      const reading = (async () => {
        for await (const _ of stream) caller.abort();
      })();
      await expect(reading).rejects.toMatchObject({ kind: "cancelled" });
    });
  });

  it("that stops reading closes the connection to the server", async () => {
    await closedAfter(async (stream) => {
      for await (const frame of stream) {
        expect(frame).toEqual({});
        break;
      }
    });
  });
});
