import { describe, expect, it } from "vitest";
import { createHeartbeats, MAX_MISSED_ROUNDS, MIN_SILENCE_MS } from "../../src/scheduling/heartbeats.ts";

function setUp() {
  let nowMs = 0;
  const heartbeats = createHeartbeats<string>(() => nowMs);
  const beatOften = (member: string, times: number, intervalMs: number) => {
    for (let beat = 0; beat < times; beat += 1) {
      nowMs += intervalMs;
      heartbeats.beat(member);
    }
  };
  return { heartbeats, beatOften };
}

const ENOUGH = MAX_MISSED_ROUNDS + 2;

describe("heartbeats", () => {
  it("tell who is silent while others are not", () => {
    const { heartbeats, beatOften } = setUp();
    heartbeats.beat("silent");
    beatOften("alive", ENOUGH, MIN_SILENCE_MS);
    expect(heartbeats.failed()).toEqual(["silent"]);
    heartbeats.remove("silent");
    expect(heartbeats.failed()).toEqual([]);
  });

  it("take nobody for failed because the thread was blocked", () => {
    const { heartbeats, beatOften } = setUp();
    for (const member of ["a", "b", "c"]) heartbeats.beat(member);
    beatOften("a", 2, 60_000);
    expect(heartbeats.failed()).toEqual([]);
  });

  it("take nobody for failed because others beat more often", () => {
    const { heartbeats, beatOften } = setUp();
    heartbeats.beat("slow");
    beatOften("fast", 10 * ENOUGH, 1);
    expect(heartbeats.failed()).toEqual([]);
  });

  it("take nobody for failed because there are many and each costs time", () => {
    const { heartbeats, beatOften } = setUp();
    const members = Array.from({ length: 100 }, (_, index) => String(index));
    for (let round = 0; round < 5; round += 1) for (const member of members) beatOften(member, 1, 20);
    expect(heartbeats.failed()).toEqual([]);
  });

  it("count on after the clock was set back", () => {
    const { heartbeats, beatOften } = setUp();
    beatOften("silent", 1, 1_000_000);
    beatOften("alive", 1, -900_000);
    beatOften("alive", ENOUGH, 1);
    expect(heartbeats.failed()).toEqual(["silent"]);
  });
});
