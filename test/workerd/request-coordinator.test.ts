import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { RequestCoordinator } from "../../functions/request-coordinator.ts";
import type { Coordinator } from "../../src/cache/coordinator.ts";
import { LEADER_LEASE_MS } from "../../src/cache/coordinator-state.ts";
import { createDistributedSingleFlight } from "../../src/cache/distributed-single-flight.ts";

const coordinatorFor = (key: string): Coordinator =>
  env.REQUEST_COORDINATOR.get(env.REQUEST_COORDINATOR.idFromName(key));
const request = { maxAgeMs: Infinity, joinedMs: undefined, waitMs: 10_000 };

/** What one isolate makes of it; each has a memory of its own. */
const isolate = () =>
  createDistributedSingleFlight<string>({
    now: Date.now,
    sleep: (milliseconds) => scheduler.wait(milliseconds),
    coordinatorFor,
    newParticipantId: () => crypto.randomUUID(),
    serialize: (value) => value,
    parse: (text) => text,
    waitUntil: () => {},
    logFailure: (thrown) => expect.unreachable(String(thrown)),
  });

describe("the Durable Object", () => {
  it("is one for each key", async () => {
    const stub = env.REQUEST_COORDINATOR.get(env.REQUEST_COORDINATOR.idFromName("a"));
    await runInDurableObject(stub, (instance) => expect(instance).toBeInstanceOf(RequestCoordinator));
    expect(await coordinatorFor("a").join({ ...request, participant: "one" })).toEqual({ type: "lead" });
    expect(await coordinatorFor("b").join({ ...request, participant: "one" })).toEqual({ type: "lead" });
  });

  it("has the work done once for 200 that join at the same time", async () => {
    let works = 0;
    const work = async (): Promise<string> => {
      works += 1;
      await scheduler.wait(100);
      return "a cat";
    };
    const caller = { check: () => {}, maxAgeMs: Infinity };
    const results = await Promise.all(Array.from({ length: 200 }, () => isolate().run("c", caller, work)));
    expect([works, new Set(results.map(({ value }) => value))]).toEqual([1, new Set(["a cat"])]);
  });

  it("wakes the next by itself when a leader is silent", async () => {
    const coordinator = coordinatorFor("d");
    await coordinator.join({ ...request, participant: "dead" });
    const began = Date.now();
    expect(await coordinator.join({ ...request, participant: "next" })).toEqual({ type: "lead" });
    expect(Date.now() - began).toBeGreaterThanOrEqual(LEADER_LEASE_MS - 100);
  });

  it("sends away who has waited as long as it wanted", async () => {
    const coordinator = coordinatorFor("e");
    await coordinator.join({ ...request, participant: "leader" });
    expect(await coordinator.join({ ...request, participant: "next", waitMs: 50 })).toMatchObject({ type: "retry" });
  });
});
