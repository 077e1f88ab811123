import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chargeId, type ChargeOrigin, isChargeId } from "../../src/accounts/charge-id.ts";
import { secureRandom } from "../support/any-key.ts";

const generation = { kind: "generation", generationKey: "a".repeat(64) } as const;
const repeatable: fc.Arbitrary<ChargeOrigin> = fc.oneof(
  fc.record({ kind: fc.constant("generation" as const), generationKey: fc.string() }),
  fc.record({ kind: fc.constant("idempotency" as const), idempotencyKey: fc.string(), place: fc.string() }),
);

describe("the id of a charge", () => {
  it("is spelled chg_ and 32 hexadecimal digits, and stays what it is", async () => {
    // Computed with Python's hashlib, from the JSON of version, account, kind and parts.
    expect(await chargeId("A".repeat(11), generation)).toBe("chg_e7a004842fecf9b3dc2720c45d865ad2");
    expect(isChargeId(await chargeId("A".repeat(11), generation))).toBe(true);
  });

  it("is the same for the same origin, and another for any other account or origin", async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(fc.string(), repeatable), fc.tuple(fc.string(), repeatable), async (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect((await chargeId(...one)) === (await chargeId(...other))).toBe(isSame);
        expect(await chargeId(...one)).toBe(await chargeId(...one));
      }),
    );
  });

  it("of an idempotency key that looks like a generation key is not that generation's", async () => {
    const idempotency = { kind: "idempotency", idempotencyKey: generation.generationKey, place: "a" } as const;
    expect(await chargeId("A", idempotency)).not.toBe(await chargeId("A", generation));
    expect(await chargeId("A", { ...idempotency, place: "b" })).not.toBe(await chargeId("A", idempotency));
  });

  it("without an origin is new each time", async () => {
    const once = { kind: "once", random: secureRandom } as const;
    expect(await chargeId("A", once)).not.toBe(await chargeId("A", once));
  });

  it.each(["", "chg_", `chg_${"A".repeat(32)}`, `chg_${"a".repeat(31)}`, `chg_${"a".repeat(33)}`, "a".repeat(32)])(
    "is not %j",
    (text) => {
      expect(isChargeId(text)).toBe(false);
    },
  );
});
