import { describe, expect, it } from "vitest";
import { callerOf } from "../../src/http/caller.ts";

function caller(address: string): string {
  return callerOf(new Headers({ "cf-connecting-ip": address }));
}

describe("the caller", () => {
  it.each([
    ["an IPv4 address", "192.0.2.7", "192.0.2.7"],
    ["an IPv6 address's network", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["its short form", "2001:DB8::1", "2001:db8:0:0"],
    ["a short form after four groups", "2001:db8:1:2::9", "2001:db8:1:2"],
    ["loopback", "::1", "0:0:0:0"],
    ["an IPv4 address written as IPv6", "::ffff:192.0.2.7", "192.0.2.7"],
  ])("is %s", (_, address, expected) => {
    expect(caller(address)).toBe(expected);
  });

  it("is unknown where the platform names none", () => {
    expect(callerOf(new Headers())).toBe("");
  });

  it("is short, whatever the header has", () => {
    expect(caller("1".repeat(10_000)).length).toBeLessThanOrEqual(45);
  });
});
