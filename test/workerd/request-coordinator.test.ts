import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { RequestCoordinator } from "../../functions/request-coordinator.ts";
import type { Coordinator } from "../../src/cache/coordinator.ts";
import { LEADER_LEASE_MS } from "../../src/cache/coordinator-state.ts";
import { createDistributedSingleFlight } from "../../src/cache/distributed-single-flight.ts";

const coordinatorFor = (key: string): Coordinator =>
  env.REQUEST_COORDINATOR.get(env.REQUEST_COORDINATOR.idFromName(key));
const joinRequest = { maxAgeMs: Infinity, joinedMs: undefined, waitMs: 10_000 };

/** Creates the single flight of one isolate, with its own state in memory. */
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
  it("has one instance for each key", async () => {
    const stub = env.REQUEST_COORDINATOR.get(env.REQUEST_COORDINATOR.idFromName("a"));
    await runInDurableObject(stub, (instance) => expect(instance).toBeInstanceOf(RequestCoordinator));
    expect(await coordinatorFor("a").join({ ...joinRequest, participant: "one" })).toEqual({ type: "lead" });
    expect(await coordinatorFor("b").join({ ...joinRequest, participant: "one" })).toEqual({ type: "lead" });
  });

  it("runs the work once for 200 concurrent participants", async () => {
    let runs = 0;
    const work = async (): Promise<string> => {
      runs += 1;
      await scheduler.wait(100);
      return "a cat";
    };
    const caller = { check: () => {}, maxAgeMs: Infinity };
    const results = await Promise.all(Array.from({ length: 200 }, () => isolate().run("c", caller, work)));
    expect([runs, new Set(results.map(({ value }) => value))]).toEqual([1, new Set(["a cat"])]);
  });

  it("makes the next participant the leader when the leader does not renew its lease", async () => {
    const coordinator = coordinatorFor("d");
    await coordinator.join({ ...joinRequest, participant: "dead" });
    const began = Date.now();
    expect(await coordinator.join({ ...joinRequest, participant: "next" })).toEqual({ type: "lead" });
    expect(Date.now() - began).toBeGreaterThanOrEqual(LEADER_LEASE_MS - 100);
  });

  it("replies retry to a participant when its wait time has passed", async () => {
    const coordinator = coordinatorFor("e");
    await coordinator.join({ ...joinRequest, participant: "leader" });
    expect(await coordinator.join({ ...joinRequest, participant: "next", waitMs: 50 })).toMatchObject({
      type: "retry",
    });
  });
});
