import { describe, expect, it } from "vitest";
import { fakeServer } from "../../support/protocol-backend.ts";
import type { Answer } from "../../support/protocol-backend.ts";

const lost: Answer = () => Promise.reject(new TypeError("fetch failed"));

describe("health", () => {
  it.each([
    [200, true],
    [204, true],
    [400, false],
    [503, false],
    [302, false],
  ])("status %d means %s, in one attempt and whatever the body", async (status, isWell) => {
    const answer: Answer = () => new Response(status === 204 ? null : '{"live":"maybe"', { status });
    const paths = ["/v2/health/live", "/v2/health/ready", "/v2/models/m/ready"];
    const { client, seen } = fakeServer(Object.fromEntries(paths.map((each) => [each, answer])));
    expect([await client.live(), await client.ready(), await client.modelReady("m")]).toEqual([isWell, isWell, isWell]);
    expect(seen.map((each) => each.path)).toEqual(paths);
  });

  it("lets go of a body that does not end", async () => {
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

  it("passes a circuit that is open, and says why nothing answers", async () => {
    const { client } = fakeServer({ "/v2": lost, "/v2/health/live": lost }, { breaker: { failures: 1 } });
    await expect(client.server()).rejects.toMatchObject({ kind: "unreachable" });
    await expect(client.server()).rejects.toMatchObject({ kind: "circuit-open" });
    await expect(client.live()).rejects.toMatchObject({ kind: "unreachable" });
  });
});
