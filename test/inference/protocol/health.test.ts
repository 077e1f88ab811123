import { describe, expect, it } from "vitest";
import { fakeServer } from "../../support/protocol-backend.ts";
import type { Answer } from "../../support/protocol-backend.ts";

const connectionError: Answer = () => Promise.reject(new TypeError("fetch failed"));

describe("health", () => {
  it.each([
    [200, true],
    [204, true],
    [400, false],
    [503, false],
    [302, false],
  ])("status %d means %s, in one attempt, whatever the body", async (status, isHealthy) => {
    const answer: Answer = () => new Response(status === 204 ? null : '{"live":"maybe"', { status });
    const paths = ["/v2/health/live", "/v2/health/ready", "/v2/models/m/ready"];
    const { client, seen } = fakeServer(Object.fromEntries(paths.map((each) => [each, answer])));
    expect([await client.live(), await client.ready(), await client.modelReady("m")]).toEqual([
      isHealthy,
      isHealthy,
      isHealthy,
    ]);
    expect(seen.map((each) => each.path)).toEqual(paths);
  });

  it("cancels a body that does not end", async () => {
    let isCancelled = false;
    const body = new ReadableStream<Uint8Array>({
      cancel: () => {
        isCancelled = true;
      },
    });
    const { client } = fakeServer({ "/v2/health/live": () => new Response(body) });
    expect(await client.live()).toBe(true);
    expect(isCancelled).toBe(true);
  });

  it("bypasses an open circuit, and throws the actual failure", async () => {
    const { client } = fakeServer(
      { "/v2": connectionError, "/v2/health/live": connectionError },
      { breaker: { failures: 1 } },
    );
    await expect(client.server()).rejects.toMatchObject({ kind: "unreachable" });
    await expect(client.server()).rejects.toMatchObject({ kind: "circuit-open" });
    await expect(client.live()).rejects.toMatchObject({ kind: "unreachable" });
  });
});
