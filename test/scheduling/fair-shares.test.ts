import { array, assert, integer, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { createFairShares } from "../../src/scheduling/fair-shares.ts";

describe("fair shares", () => {
  it("has nobody to serve when nobody waits", () => {
    expect(createFairShares().next([])).toBeUndefined();
  });

  it("serves the one that used least", () => {
    const shares = createFairShares();
    shares.charge("a", 5);
    shares.charge("b", 3);
    expect(shares.next(["a", "b"])).toBe("b");
  });

  it("serves the first of equals", () => {
    expect(createFairShares().next(["b", "a"])).toBe("b");
  });

  it("gives a caller that was idle nothing for the past", () => {
    const shares = createFairShares();
    for (let turn = 0; turn < 100; turn += 1) {
      expect(shares.next(["busy"])).toBe("busy");
      shares.begin("busy");
      shares.charge("busy", 1);
    }
    const served = Array.from({ length: 10 }, () => {
      const caller = shares.next(["late", "busy"]) ?? "";
      shares.begin(caller);
      shares.charge(caller, 1);
      return caller;
    });
    expect(served.filter((caller) => caller === "late")).toHaveLength(6);
  });

  it("forgets callers that owe nothing", () => {
    const shares = createFairShares();
    for (let caller = 0; caller < 20_000; caller += 1) {
      const name = String(caller);
      shares.begin(name);
      shares.charge(name, 1);
    }
    expect(shares.size).toBeLessThanOrEqual(1001);
  });
});

describe("property: callers that always wait", () => {
  it("get the same share, whatever a turn of each costs, within the two largest turns", () => {
    const costs = array(integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 6 });
    assert(
      property(costs, integer({ min: 100, max: 400 }), (costOf, turns) => {
        const shares = createFairShares();
        const used = new Map(costOf.map((_, caller) => [String(caller), 0]));
        for (let turn = 0; turn < turns; turn += 1) {
          const caller = shares.next(used.keys()) ?? "";
          shares.begin(caller);
          const cost = costOf[Number(caller)] ?? 0;
          shares.charge(caller, cost);
          used.set(caller, (used.get(caller) ?? 0) + cost);
        }
        const spread = Math.max(...used.values()) - Math.min(...used.values());
        expect(spread).toBeLessThanOrEqual(2 * Math.max(...costOf));
      }),
    );
  });
});
