import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { Flights } from "../../functions/request-coordinator.ts";
import type { FlightDesk } from "../../src/cache/coordinator.ts";
import { SHARED_LEASE_MS } from "../../src/cache/coordinator-state.ts";
import { createSharedFlight } from "../../src/cache/distributed-single-flight.ts";

const deskOf = (key: string): FlightDesk => env.FLIGHTS.get(env.FLIGHTS.idFromName(key));
const question = { maxAgeMs: Infinity, joinedMs: undefined, patienceMs: 10_000 };

/** What one isolate makes of it; each has a memory of its own. */
const isolate = () =>
  createSharedFlight<string>({
    now: Date.now,
    sleep: (milliseconds) => scheduler.wait(milliseconds),
    deskOf,
    newMember: () => crypto.randomUUID(),
    write: (value) => value,
    read: (text) => text,
    holdOpen: () => {},
    logFailure: (thrown) => expect.unreachable(String(thrown)),
  });

describe("the Durable Object", () => {
  it("is one for each key", async () => {
    const stub = env.FLIGHTS.get(env.FLIGHTS.idFromName("a"));
    await runInDurableObject(stub, (instance) => expect(instance).toBeInstanceOf(Flights));
    expect(await deskOf("a").ask({ ...question, member: "one" })).toEqual({ type: "lead" });
    expect(await deskOf("b").ask({ ...question, member: "one" })).toEqual({ type: "lead" });
  });

  it("has the work done once for 200 that ask at the same time", async () => {
    let works = 0;
    const work = async (): Promise<string> => {
      works += 1;
      await scheduler.wait(100);
      return "a cat";
    };
    const passenger = { check: () => {}, maxAgeMs: Infinity };
    const landed = await Promise.all(Array.from({ length: 200 }, () => isolate().run("c", passenger, work)));
    expect([works, new Set(landed.map(({ value }) => value))]).toEqual([1, new Set(["a cat"])]);
  });

  it("wakes the next by itself when a leader is silent", async () => {
    const desk = deskOf("d");
    await desk.ask({ ...question, member: "dead" });
    const began = Date.now();
    expect(await desk.ask({ ...question, member: "next" })).toEqual({ type: "lead" });
    expect(Date.now() - began).toBeGreaterThanOrEqual(SHARED_LEASE_MS - 100);
  });

  it("sends away who has waited as long as it wanted", async () => {
    const desk = deskOf("e");
    await desk.ask({ ...question, member: "leader" });
    expect(await desk.ask({ ...question, member: "next", patienceMs: 50 })).toMatchObject({ type: "wait" });
  });
});
