import * as fc from "fast-check";
import { expect, it } from "vitest";
import { areEqualSecrets } from "../../src/bytes/equal-secrets.ts";

it("secrets are equal if and only if their texts are", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string(), async (one, other) => {
      expect(await areEqualSecrets(one, other)).toBe(one === other);
      expect(await areEqualSecrets(one, one)).toBe(true);
    }),
  );
});
