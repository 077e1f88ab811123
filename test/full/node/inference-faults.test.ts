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

/** Much longer than the short deadline, for a busy machine. */
const SOON_MS = 2000;

describe("an unreachable server", () => {
  it("refuses connections: kind unreachable", async () => {
    const port = await withServer(hostileServer({}), (usedPort) => Promise.resolve(usedPort));
    await expect(realClient(`http://127.0.0.1:${port}`).live()).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("has a host name that does not resolve: kind unreachable", async () => {
    const client = realClient("http://gpu.invalid");
    await expect(client.live()).rejects.toMatchObject({ kind: "unreachable" });
  });

  it("has a self-signed certificate: kind unreachable", async () => {
    await withServer(createTlsServer(selfSigned), async (port) => {
      await expect(realClient(`https://localhost:${port}`).live()).rejects.toMatchObject({
        kind: "unreachable",
        message: expect.stringContaining("SELF_SIGNED"),
      });
    });
  });
});

describe("a server that breaks off or sends invalid data", () => {
  it("succeeds with a valid reply", async () => {
    const { outcome } = await callInfer(goodReply);
    expect(outcome).toMatchObject({ modelName: "m" });
  });

  it.each<[string, Behaviour, string, number]>([
    ["closes before it answers", (socket) => socket.destroy(), "unreachable", 3],
    ["speaks another protocol", (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"), "unreachable", 3],
    [
      "breaks off in the middle of a body",
      (socket) => {
        socket.write(headOf("200 OK", [`Content-Length: ${goodReplyBody.length}`, ...goodReplyHeaders]));
        socket.write(goodReplyBody.subarray(0, 20), () => socket.destroy());
      },
      "unreachable",
      3,
    ],
    [
      "breaks off in the middle of a chunk",
      (socket) => {
        socket.write(`${headOf("200 OK", ["Transfer-Encoding: chunked"])}ff\r\n{"mod`, () => socket.destroy());
      },
      "unreachable",
      3,
    ],
    [
      "ends a body without Content-Length too early",
      (socket) => {
        socket.write(headOf("200 OK", ["Connection: close", ...goodReplyHeaders]));
        socket.end(goodReplyBody.subarray(0, goodReplyBody.length - 1));
      },
      "malformed",
      1,
    ],
    [
      "sends a truncated body with its Content-Length",
      respond("200 OK", goodReplyBody.subarray(0, -4), goodReplyHeaders),
      "malformed",
      1,
    ],
    ["sends an empty body with status 200", respond("200 OK", ""), "malformed", 1],
    ["sends an HTML page with status 502", respond("502 Bad Gateway", "<html><h1>Bad"), "unavailable", 3],
    ["sends an HTML page with status 200", respond("200 OK", "<html>"), "malformed", 1],
  ])("%s", async (_, behaviour, kind, expected) => {
    const { outcome, requests } = await callInfer(behaviour);
    expect(outcome).toMatchObject({ kind });
    expect(requests).toBe(expected);
  });

  it("is retried, and the next attempt succeeds", async () => {
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

  it("in the body of an error, is reported by its status", async () => {
    const { outcome } = await callInfer((socket) => {
      socket.write(headOf("503 Service Unavailable", ["Content-Length: 1000000"]));
      drip(socket);
    }, shortDeadline);
    expect(outcome).toMatchObject({ kind: "unavailable", status: 503 });
  });
});

describe("a server that always answers 503", () => {
  it("gets only as many requests as there are attempts, within the deadline", async () => {
    const { outcome, requests, elapsedMs } = await callInfer(respond("503 Service Unavailable", '{"error":"full"}'));
    expect(outcome).toMatchObject({ kind: "unavailable", status: 503 });
    expect(requests).toBe(3);
    expect(elapsedMs).toBeLessThan(SOON_MS);
  });

  it("is not retried when Retry-After is longer than the deadline", async () => {
    const { outcome, requests } = await callInfer(
      respond("503 Service Unavailable", "", ["Retry-After: 1"]),
      shortDeadline,
    );
    expect(outcome).toMatchObject({ kind: "unavailable", retryAfterSeconds: 1 });
    expect(requests).toBe(1);
  });

  it("opens the circuit after five failed calls, so that later calls send no request", async () => {
    const requestedPaths: string[] = [];
    const server = hostileServer({ "/v2": respond("503 Service Unavailable", "") }, requestedPaths);
    const kinds = await withServer(server, async (port) => {
      const client = realClient(`http://127.0.0.1:${port}`);
      const call = async (): Promise<unknown> => client.server().catch((thrown: unknown) => thrown);
      return [await call(), await call(), await call(), await call(), await call(), await call()];
    });
    expect(requestedPaths).toHaveLength(5 * defaultRetry.attempts);
    expect(kinds.at(-1)).toMatchObject({ kind: "circuit-open" });
  });
});

describe("a redirect", () => {
  it.each(["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])(
    "with status %s is never followed",
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
  it("is aborted at the limit, and its connection is closed", async () => {
    const closed = Promise.withResolvers<void>();
    const { outcome } = await callInfer(
      (socket) => {
        socket.on("close", () => closed.resolve());
        socket.write(headOf("200 OK", []));
        const chunk = "a".repeat(60_000);
        const writeChunk = (): void => void socket.write(chunk, (error) => error ?? writeChunk());
        writeChunk();
      },
      { maxReplyBytes: 200_000 },
    );
    expect(outcome).toMatchObject({ kind: "malformed" });
    await closed.promise;
  });

  it("is aborted at the limit when it is compressed, too", async () => {
    const compressed = gzipSync(new Uint8Array(50_000_000));
    const { outcome } = await callInfer(respond("200 OK", compressed, ["Content-Encoding: gzip"]), {
      maxReplyBytes: 1_000_000,
    });
    expect(compressed.length).toBeLessThan(100_000);
    expect(outcome).toMatchObject({ kind: "malformed" });
  });
});
