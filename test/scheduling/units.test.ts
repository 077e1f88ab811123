import { describe, expect, it } from "vitest";
import { exceedsUnits, maxOwnShare, unitsOf } from "../../src/scheduling/units.ts";

const claim = (caller: string, units: number) => ({ caller, units });

describe("units", () => {
  it("are those of all claims together", () => {
    expect([unitsOf([]), unitsOf([claim("a", 2), claim("b", 3)])]).toEqual([0, 5]);
  });

  it("are half for a single caller, and at least one", () => {
    expect([1, 2, 3, 4096, Infinity].map(maxOwnShare)).toEqual([1, 1, 1, 2048, Infinity]);
  });

  it.each([
    ["all units are used", claim("c", 1), [claim("a", 5), claim("b", 5)], true],
    ["the last unit is free", claim("c", 1), [claim("a", 5), claim("b", 4)], false],
    ["its caller has half", claim("a", 1), [claim("a", 5)], true],
    ["its caller has less", claim("a", 1), [claim("a", 4)], false],
    ["its caller has none, and it is more than half", claim("a", 6), [claim("b", 4)], false],
  ])("are exceeded or not if %s", (_, next, admitted, expected) => {
    expect(exceedsUnits(next, admitted, 10)).toBe(expected);
  });
});
