import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { usdText } from "../../src/contract/micro-usd.ts";
import { dollars, microUsdFrom } from "../../tools/accounts/dollars.ts";
import { UsageError } from "../../tools/run-command.ts";

describe("an amount in dollars", () => {
  it.each([
    ["5", 5_000_000],
    ["$5", 5_000_000],
    ["0.05", 50_000],
    ["0.000001", 1],
    // 1.1 x 1,000,000 is no whole number in binary fractions; 4.35 x 100 is not either.
    ["1.1", 1_100_000],
    ["4.35", 4_350_000],
    ["999999999.999999", 999_999_999_999_999],
  ])("%s is %d micro-US-dollars", (text, amount) => {
    expect(microUsdFrom("it", text)).toBe(amount);
  });

  it.each(["", "-5", "+5", "1e3", "0.0000001", ".5", "5.", "1,5", "1 000", "0x10", "Infinity", "1234567890", "５"])(
    "is not %j",
    (text) => {
      expect(() => microUsdFrom("it", text)).toThrow(UsageError);
    },
  );

  it("is written so that it can be read back, exactly", () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999_999_999 }), (amount) => {
        expect(microUsdFrom("it", usdText(amount))).toBe(amount);
        expect(microUsdFrom("it", dollars(amount))).toBe(amount);
      }),
    );
  });

  it.each([
    [0, "$0.00"],
    [5_000_000, "$5.00"],
    [4_999_700, "$4.9997"],
    [-1, "-$0.000001"],
    [100_000, "$0.10"],
  ])("%d is shown as %s", (amount, text) => {
    expect(dollars(amount)).toBe(text);
  });
});
