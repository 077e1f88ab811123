import { createServer as createTlsServer } from "node:tls";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { defaultRetry } from "../../../src/inference/protocol/retry.ts";
import {
  callInfer,
  drip,
  goodReply,
  goodReplyBody,
  goodReplyHeaders,
  headOf,
  hostileServer,
  realClient,
  respond,
  shortDeadline,
  withServer,
} from "../../support/hostile-backend.ts";
import type { Behaviour } from "../../support/hostile-backend.ts";
import { selfSigned } from "../../support/protocol-certificate.ts";

/** Generous beside the short deadline, for a machine that is busy. */
const SOON_MS = 2000;

describe("a server that is not there", () => {
  it("refuses connections: unreachable", async () => {
    const port = await withServer(hostileServer({}), (open) => Promise.resolve(open));
    await expect(realClient(`http://127.0.0.1:${port}`).live()).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("has a name that nobody knows: unreachable", async () => {
    const client = realClient("http://gpu.invalid");
    await expect(client.live()).rejects.toMatchObject({ kind: "unreachable" });
  });

  it("shows a certificate that nobody signed: unreachable", async () => {
    await withServer(createTlsServer(selfSigned), async (port) => {
      await expect(realClient(`https://localhost:${port}`).live()).rejects.toMatchObject({
        kind: "unreachable",
        message: expect.stringContaining("SELF_SIGNED"),
      });
    });
  });
});

describe("a server that breaks off or lies", () => {
  it("answers properly in between", async () => {
    const { outcome } = await callInfer(goodReply);
    expect(outcome).toMatchObject({ modelName: "m" });
  });

  it.each<[string, Behaviour, string, number]>([
    ["closes before it answers", (socket) => socket.destroy(), "unreachable", 3],
    ["speaks something else", (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"), "unreachable", 3],
    [
      "dies in the middle of a body",
      (socket) => {
        socket.write(headOf("200 OK", [`Content-Length: ${goodReplyBody.length}`, ...goodReplyHeaders]));
        socket.write(goodReplyBody.subarray(0, 20), () => socket.destroy());
      },
      "unreachable",
      3,
    ],
    [
      "dies in the middle of a chunk",
      (socket) => {
        socket.write(`${headOf("200 OK", ["Transfer-Encoding: chunked"])}ff\r\n{"mod`, () => socket.destroy());
      },
      "unreachable",
      3,
    ],
    [
      "ends a body whose length it never told too early",
      (socket) => {
        socket.write(headOf("200 OK", ["Connection: close", ...goodReplyHeaders]));
        socket.end(goodReplyBody.subarray(0, goodReplyBody.length - 1));
      },
      "malformed",
      1,
    ],
    [
      "tells the length of too little",
      respond("200 OK", goodReplyBody.subarray(0, -4), goodReplyHeaders),
      "malformed",
      1,
    ],
    ["answers nothing at all under 200", respond("200 OK", ""), "malformed", 1],
    ["answers a page of HTML under 502", respond("502 Bad Gateway", "<html><h1>Bad"), "unavailable", 3],
    ["answers a page of HTML under 200", respond("200 OK", "<html>"), "malformed", 1],
  ])("%s", async (_, behaviour, kind, expected) => {
    const { outcome, requests } = await callInfer(behaviour);
    expect(outcome).toMatchObject({ kind });
    expect(requests).toBe(expected);
  });

  it("is survived when the next attempt succeeds", async () => {
    const { outcome, requests } = await callInfer((socket, before) =>
      before === 0 ? socket.destroy() : goodReply(socket, before),
    );
    expect(outcome).toMatchObject({ modelName: "m" });
    expect(requests).toBe(2);
  });
});

describe("a server that hangs", () => {
  it.each<[string, Behaviour]>([
    ["before its headers", () => {}],
    ["in the middle of its headers", (socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-")],
    ["after its headers", (socket) => void socket.write(headOf("200 OK", ["Content-Length: 100"]))],
    [
      "and sends its headers byte by byte",
      (socket) => {
        socket.write("HTTP/1.1 200 OK\r\nX: ");
        drip(socket);
      },
    ],
    [
      "and sends its body byte by byte",
      (socket) => {
        socket.write(headOf("200 OK", ["Content-Length: 1000000"]));
        drip(socket);
      },
    ],
  ])("%s, ends at the deadline", async (_, behaviour) => {
    const { outcome, requests, elapsedMs } = await callInfer(behaviour, shortDeadline);
    expect(outcome).toMatchObject({ kind: "deadline" });
    expect(requests).toBe(1);
    expect(elapsedMs).toBeLessThan(SOON_MS);
  });

  it("in the body of an error, is still known by its status", async () => {
    const { outcome } = await callInfer((socket) => {
      socket.write(headOf("503 Service Unavailable", ["Content-Length: 1000000"]));
      drip(socket);
    }, shortDeadline);
    expect(outcome).toMatchObject({ kind: "unavailable", status: 503 });
  });
});

describe("a storm of 503", () => {
  it("gets no more requests than attempts, inside the deadline", async () => {
    const { outcome, requests, elapsedMs } = await callInfer(respond("503 Service Unavailable", '{"error":"full"}'));
    expect(outcome).toMatchObject({ kind: "unavailable", status: 503 });
    expect(requests).toBe(3);
    expect(elapsedMs).toBeLessThan(SOON_MS);
  });

  it("that asks for a second is left alone, since the deadline is shorter", async () => {
    const { outcome, requests } = await callInfer(
      respond("503 Service Unavailable", "", ["Retry-After: 1"]),
      shortDeadline,
    );
    expect(outcome).toMatchObject({ kind: "unavailable", retryAfterSeconds: 1 });
    expect(requests).toBe(1);
  });

  it("opens the circuit after five, so that the others do not reach the server", async () => {
    const asked: string[] = [];
    const server = hostileServer({ "/v2": respond("503 Service Unavailable", "") }, asked);
    const kinds = await withServer(server, async (port) => {
      const client = realClient(`http://127.0.0.1:${port}`);
      const call = async (): Promise<unknown> => client.server().catch((thrown: unknown) => thrown);
      return [await call(), await call(), await call(), await call(), await call(), await call()];
    });
    expect(asked).toHaveLength(5 * defaultRetry.attempts);
    expect(kinds.at(-1)).toMatchObject({ kind: "circuit-open" });
  });
});

describe("a redirect", () => {
  it.each(["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])(
    "(%s) is never followed",
    async (status) => {
      const elsewhere: string[] = [];
      await withServer(hostileServer({ "/": goodReply }, elsewhere), async (port) => {
        const { outcome } = await callInfer(respond(status, "", [`Location: http://127.0.0.1:${port}/`]));
        expect(outcome).toMatchObject({ kind: "refused", status: Number(status.slice(0, 3)) });
      });
      expect(elsewhere).toEqual([]);
    },
  );
});

describe("a reply that is too large", () => {
  it("is left when the limit is reached, and its connection closed", async () => {
    const closed = Promise.withResolvers<void>();
    const { outcome } = await callInfer(
      (socket) => {
        socket.on("close", () => closed.resolve());
        socket.write(headOf("200 OK", []));
        const chunk = "a".repeat(60_000);
        const pour = (): void => void socket.write(chunk, (failed) => failed ?? pour());
        pour();
      },
      { maxReplyBytes: 200_000 },
    );
    expect(outcome).toMatchObject({ kind: "malformed" });
    await closed.promise;
  });

  it("is left likewise when it was packed small", async () => {
    const packed = gzipSync(new Uint8Array(50_000_000));
    const { outcome } = await callInfer(respond("200 OK", packed, ["Content-Encoding: gzip"]), {
      maxReplyBytes: 1_000_000,
    });
    expect(packed.length).toBeLessThan(100_000);
    expect(outcome).toMatchObject({ kind: "malformed" });
  });
});
