import { describe, expect, it } from "vitest";
import { retryAfterSeconds } from "../../../src/inference/protocol/error-reply.ts";
import { fakeServer } from "../../support/protocol-backend.ts";
import type { Answer } from "../../support/protocol-backend.ts";

const status = (code: number, body = "", headers: Record<string, string> = {}): Response =>
  new Response(body, { status: code, headers });

const lost: Answer = () => Promise.reject(new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } }));

/** The first twenty requests find their connections closed. */
const closedOnce: Answer = (request, asked) => (asked < 20 ? lost(request, asked) : Response.json({ name: "m" }));

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
    ["words that begin with a code", '{"error":"prompt-too-long: 900 tokens"}', "900 tokens", "prompt-too-long"],
    ["words that only look like it", '{"error":"Status 5: x"}', "Status 5: x", undefined],
    ["a page of HTML", "<html><h1>502\n Bad  Gateway</h1></html>", "502 Bad Gateway", undefined],
    ["a JSON text", '"broken"', "broken", undefined],
    ["bytes that are no text", "\u0000\ufffd", "\ufffd", undefined],
  ])("comes with the words of %s", async (_, body, words, code) => {
    const { client } = fakeServer({ "/v2": () => status(400, body) });
    const failure: unknown = await client.server().catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ message: expect.stringContaining(words) });
    expect(failure).toHaveProperty("code", code);
  });

  it("comes with no more words than a log can hold", async () => {
    for (const body of [JSON.stringify({ error: "x".repeat(9000) }), "x".repeat(9000), "x".repeat(100_000)]) {
      const { client } = fakeServer({ "/v2": () => status(400, body) });
      const failure: unknown = await client.server().catch((thrown: unknown) => thrown);
      expect(failure instanceof Error ? failure.message.length : Infinity).toBeLessThan(600);
    }
  });
});

describe("a caller who leaves", () => {
  it("while the words of an error come has cancelled the call", async () => {
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
  ])("reads %j", (header, seconds) => {
    expect(retryAfterSeconds(header, nowMs)).toBe(seconds);
  });
});

describe("attempts", () => {
  it("survive a lost connection and a busy moment", async () => {
    const answers: readonly Answer[] = [lost, () => status(503), () => Response.json({ name: "s" })];
    const { client, clock } = fakeServer({
      "/v2": (request, asked) => answers[asked]?.(request, asked) ?? status(500),
    });
    await expect(client.server()).resolves.toMatchObject({ name: "s" });
    expect(clock.slept).toEqual([50, 100]);
  });

  it("wait as long as Retry-After says", async () => {
    const { client, clock } = fakeServer({ "/v2": () => status(429, "", { "Retry-After": "2" }) });
    await expect(client.server()).rejects.toMatchObject({ kind: "unavailable", retryAfterSeconds: 2 });
    expect(clock.slept).toEqual([2050, 2100]);
  });

  it("end at once when Retry-After is beyond the deadline", async () => {
    const { client, clock, seen } = fakeServer({ "/v2": () => status(503, "", { "Retry-After": "60" }) });
    await expect(client.server()).rejects.toMatchObject({ kind: "unavailable" });
    expect([clock.slept, seen.length]).toEqual([[], 1]);
  });

  it("end when the deadline has passed meanwhile, without asking again", async () => {
    const { client, clock, seen } = fakeServer({
      "/v2": () => {
        clock.advance(29_990);
        return status(503);
      },
    });
    await expect(client.server()).rejects.toMatchObject({ kind: "unavailable" });
    expect(seen).toHaveLength(1);
  });

  it("are counted by the circuit as one call, which tells its own failure", async () => {
    const { client, seen } = fakeServer({ "/v2": lost }, { breaker: { failures: 1 } });
    await expect(client.server()).rejects.toMatchObject({ kind: "unreachable" });
    expect(seen).toHaveLength(3);
    await expect(client.server()).rejects.toMatchObject({ kind: "circuit-open", retryAfterSeconds: 5 });
    expect(seen).toHaveLength(3);
  });

  it("of many calls at once, whose connections the server had just closed, do not open the circuit", async () => {
    const { client } = fakeServer({ "/v2/models/m": closedOnce }, { breaker: { failures: 5 } });
    const found = await Promise.all(Array.from({ length: 20 }, () => client.metadata("m")));
    expect(found.map(({ name }) => name)).toEqual(Array.from({ length: 20 }, () => "m"));
  });

  it("are none where there is no time, or the caller has left before", async () => {
    const { client, seen } = fakeServer({ "/v2": () => Response.json({}) }, { breaker: { failures: 1 } });
    await expect(client.server({ deadlineMs: 0 })).rejects.toMatchObject({ kind: "deadline" });
    await expect(client.server({ deadlineMs: -1 })).rejects.toMatchObject({ kind: "deadline" });
    await expect(client.server({ signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "cancelled" });
    await expect(client.live({ signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "cancelled" });
    expect(seen).toEqual([]);
    await expect(client.server()).resolves.toBeDefined();
  });

  it("begin to be counted anew with each success", async () => {
    const answers: readonly Answer[] = [
      lost,
      () => Response.json({ name: "m" }),
      lost,
      () => Response.json({ name: "m" }),
    ];
    const { client } = fakeServer(
      { "/v2/models/m": (request, asked) => answers[asked]?.(request, asked) ?? status(500) },
      { breaker: { failures: 2 }, retry: { attempts: 1 } },
    );
    const outcomes = [];
    for (const _ of answers) outcomes.push(await client.metadata("m").catch((thrown: unknown) => thrown));
    const found = expect.objectContaining({ name: "m" });
    const failed = expect.objectContaining({ kind: "unreachable" });
    expect(outcomes).toEqual([failed, found, failed, found]);
  });

  it("leave the circuit closed for what callers do wrong", async () => {
    const { client } = fakeServer({}, { breaker: { failures: 1 } });
    for (let call = 0; call < 3; call += 1) {
      await expect(client.metadata("m")).rejects.toMatchObject({ kind: "refused" });
      await expect(client.server({ signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "cancelled" });
    }
  });

  it("leave it closed where they were in haste and time ran out, not where the server failed", async () => {
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

  it("let one probe through after cooling, which closes the circuit", async () => {
    const { client, clock, seen } = fakeServer(
      { "/v2": (request, asked) => (asked === 0 ? lost(request, asked) : Response.json({})) },
      { breaker: { failures: 1 }, retry: { attempts: 1 } },
    );
    await expect(client.server()).rejects.toMatchObject({ kind: "unreachable" });
    clock.advance(5000);
    await expect(client.server()).resolves.toMatchObject({ name: "" });
    expect(seen).toHaveLength(2);
  });
});
