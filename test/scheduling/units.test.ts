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
    ["all units are used", claim("c", 1), [claim("a", 640), claim("b", 640)], true],
    ["there is a rest, and it is little", claim("c", 10), [claim("a", 600), claim("b", 670)], false],
    ["there is a rest, and it is not little", claim("c", 11), [claim("a", 500), claim("b", 610)], true],
    ["its caller has as much as is free", claim("a", 1), [claim("a", 640)], true],
    ["its caller has less", claim("a", 20), [claim("a", 600)], false],
    ["its caller has none, and it is more than half", claim("a", 700), [claim("b", 400)], false],
    ["nobody has any, and it is more than all", claim("a", 7000), [], false],
  ])("are exceeded or not if %s", (_, next, admitted, expected) => {
    expect(exceedsUnits(next, admitted, 1280)).toBe(expected);
  });
});
