import { describe, expect, it } from "vitest";
import { retryAfterSeconds } from "../../../src/inference/protocol/error-reply.ts";
import { fakeServer } from "../../support/protocol-backend.ts";
import type { Answer } from "../../support/protocol-backend.ts";

const status = (code: number, body = "", headers: Record<string, string> = {}): Response =>
  new Response(body, { status: code, headers });

const connectionError: Answer = () =>
  Promise.reject(new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } }));

/** Fails the first twenty requests: their connections were closed. */
const closedOnce: Answer = (request, index) =>
  index < 20 ? connectionError(request, index) : Response.json({ name: "m" });

describe("a reply's status", () => {
  it.each<[number, string, number]>([
    [301, "refused", 1],
    [400, "refused", 1],
    [404, "refused", 1],
    [408, "refused", 1],
    [422, "refused", 1],
    [429, "unavailable", 3],
    [500, "server-error", 1],
    [501, "refused", 1],
    [502, "unavailable", 3],
    [503, "unavailable", 3],
    [504, "unavailable", 3],
    [505, "refused", 1],
    [599, "server-error", 1],
  ])("%d is %s, after %d requests", async (code, kind, requests) => {
    const { client, seen } = fakeServer({ "/v2": () => status(code) });
    await expect(client.server()).rejects.toMatchObject({ kind, status: code });
    expect(seen).toHaveLength(requests);
  });

  it.each<[string, string, string, string | undefined]>([
    ["the protocol's error", '{"error":"no such model","code":"x"}', "no such model", "x"],
    ["FastAPI's details", '{"detail":[{"loc":["body"],"msg":"bad"}]}', '"msg":"bad"', undefined],
    ["an error object", '{"error":{"message":"slow down","code":"rate"}}', "slow down", "rate"],
    ["a message that starts with a code", '{"error":"prompt-too-long: 900 tokens"}', "900 tokens", "prompt-too-long"],
    ["a message that only looks like that", '{"error":"Status 5: x"}', "Status 5: x", undefined],
    ["an HTML page", "<html><h1>502\n Bad  Gateway</h1></html>", "502 Bad Gateway", undefined],
    ["a JSON text", '"broken"', "broken", undefined],
    ["bytes that are not text", "\u0000\ufffd", "\ufffd", undefined],
  ])("gives the failure the message of %s", async (_, body, message, code) => {
    const { client } = fakeServer({ "/v2": () => status(400, body) });
    const failure: unknown = await client.server().catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ message: expect.stringContaining(message) });
    expect(failure).toHaveProperty("code", code);
  });

  it("truncates a long message", async () => {
    for (const body of [JSON.stringify({ error: "x".repeat(9000) }), "x".repeat(9000), "x".repeat(100_000)]) {
      const { client } = fakeServer({ "/v2": () => status(400, body) });
      const failure: unknown = await client.server().catch((thrown: unknown) => thrown);
      expect(failure instanceof Error ? failure.message.length : Infinity).toBeLessThan(600);
    }
  });
});

describe("a caller that cancels", () => {
  it("cancels the call while an error body is read", async () => {
    const caller = new AbortController();
    const hanging = new ReadableStream<Uint8Array>({ pull: () => caller.abort() }, { highWaterMark: 0 });
    const { client } = fakeServer({ "/v2": () => new Response(hanging, { status: 400 }) });
    await expect(client.server({ signal: caller.signal })).rejects.toMatchObject({ kind: "cancelled" });
  });
});

describe("retryAfterSeconds", () => {
  const nowMs = Date.parse("2026-11-24T00:00:00Z");
  it.each([
    [null, undefined],
    ["7", 7],
    [" 7 ", 7],
    ["Tue, 24 Nov 2026 00:00:30 GMT", 30],
    ["Mon, 23 Nov 2026 00:00:00 GMT", 0],
    ["soon", undefined],
    ["", undefined],
  ])("parses %j", (header, seconds) => {
    expect(retryAfterSeconds(header, nowMs)).toBe(seconds);
  });
});

describe("retries and the circuit", () => {
  it("retries after a lost connection and a 503", async () => {
    const answers: readonly Answer[] = [connectionError, () => status(503), () => Response.json({ name: "s" })];
    const { client, clock } = fakeServer({
      "/v2": (request, index) => answers[index]?.(request, index) ?? status(500),
    });
    await expect(client.server()).resolves.toMatchObject({ name: "s" });
    expect(clock.slept).toEqual([50, 100]);
  });

  it("waits for Retry-After", async () => {
    const { client, clock } = fakeServer({ "/v2": () => status(429, "", { "Retry-After": "2" }) });
    await expect(client.server()).rejects.toMatchObject({ kind: "unavailable", retryAfterSeconds: 2 });
    expect(clock.slept).toEqual([2050, 2100]);
  });

  it("does not retry when Retry-After exceeds the deadline", async () => {
    const { client, clock, seen } = fakeServer({ "/v2": () => status(503, "", { "Retry-After": "60" }) });
    await expect(client.server()).rejects.toMatchObject({ kind: "unavailable" });
    expect([clock.slept, seen.length]).toEqual([[], 1]);
  });

  it("does not retry when too little time is left until the deadline", async () => {
    const { client, clock, seen } = fakeServer({
      "/v2": () => {
        clock.advance(29_990);
        return status(503);
      },
    });
    await expect(client.server()).rejects.toMatchObject({ kind: "unavailable" });
    expect(seen).toHaveLength(1);
  });

  it("counts all attempts of a call as one in the circuit, and throws the failure of the call", async () => {
    const { client, seen } = fakeServer({ "/v2": connectionError }, { breaker: { failures: 1 } });
    await expect(client.server()).rejects.toMatchObject({ kind: "unreachable" });
    expect(seen).toHaveLength(3);
    await expect(client.server()).rejects.toMatchObject({ kind: "circuit-open", retryAfterSeconds: 5 });
    expect(seen).toHaveLength(3);
  });

  it("does not open the circuit for many concurrent calls on connections that the server had just closed", async () => {
    const { client } = fakeServer({ "/v2/models/m": closedOnce }, { breaker: { failures: 5 } });
    const found = await Promise.all(Array.from({ length: 20 }, () => client.metadata("m")));
    expect(found.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, () => "m"));
  });

  it("sends nothing when the deadline has passed or the caller has already cancelled", async () => {
    const { client, seen } = fakeServer({ "/v2": () => Response.json({}) }, { breaker: { failures: 1 } });
    await expect(client.server({ deadlineMs: 0 })).rejects.toMatchObject({ kind: "deadline" });
    await expect(client.server({ deadlineMs: -1 })).rejects.toMatchObject({ kind: "deadline" });
    await expect(client.server({ signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "cancelled" });
    await expect(client.live({ signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "cancelled" });
    expect(seen).toEqual([]);
    await expect(client.server()).resolves.toBeDefined();
  });

  it("resets the failure count on each success", async () => {
    const answers: readonly Answer[] = [
      connectionError,
      () => Response.json({ name: "m" }),
      connectionError,
      () => Response.json({ name: "m" }),
    ];
    const { client } = fakeServer(
      { "/v2/models/m": (request, index) => answers[index]?.(request, index) ?? status(500) },
      { breaker: { failures: 2 }, retry: { attempts: 1 } },
    );
    const outcomes = [];
    for (const _ of answers) outcomes.push(await client.metadata("m").catch((thrown: unknown) => thrown));
    const found = expect.objectContaining({ name: "m" });
    const failed = expect.objectContaining({ kind: "unreachable" });
    expect(outcomes).toEqual([failed, found, failed, found]);
  });

  it("keeps the circuit closed for refused and cancelled calls", async () => {
    const { client } = fakeServer({}, { breaker: { failures: 1 } });
    for (let call = 0; call < 3; call += 1) {
      await expect(client.metadata("m")).rejects.toMatchObject({ kind: "refused" });
      await expect(client.server({ signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "cancelled" });
    }
  });

  it("keeps the circuit closed when a best-effort call times out, but not when another call does", async () => {
    const deadlines: (() => void)[] = [];
    const sleep = () => new Promise<void>((resolve) => deadlines.push(resolve));
    const tooLate = () => {
      for (const end of deadlines.splice(0)) end();
      return new Promise<Response>(() => {});
    };
    const { client } = fakeServer({ "/v2/models/m": tooLate }, { breaker: { failures: 1 }, sleep });
    for (const isBestEffort of [true, true, false]) {
      await expect(client.metadata("m", { isBestEffort })).rejects.toMatchObject({ kind: "deadline" });
    }
    await expect(client.metadata("m", { isBestEffort: true })).rejects.toMatchObject({ kind: "circuit-open" });
  });

  it("admits one probe after the cooldown, which closes the circuit", async () => {
    const { client, clock, seen } = fakeServer(
      { "/v2": (request, index) => (index === 0 ? connectionError(request, index) : Response.json({})) },
      { breaker: { failures: 1 }, retry: { attempts: 1 } },
    );
    await expect(client.server()).rejects.toMatchObject({ kind: "unreachable" });
    clock.advance(5000);
    await expect(client.server()).resolves.toMatchObject({ name: "" });
    expect(seen).toHaveLength(2);
  });
});
