import { expect, it } from "vitest";
import { accountProblemGroups, paymentProblemGroups } from "../../src/contract/account-problem-groups.ts";

it("whatever needs a key may be refused by the guard that stands before all keys, and the document says so", () => {
  const groups: readonly (readonly string[])[] = Object.values({ ...accountProblemGroups, ...paymentProblemGroups });
  const keyed = groups.filter((codes) => codes.includes("key-invalid"));
  expect(keyed.length).toBeGreaterThan(3);
  expect(keyed.filter((codes) => !codes.includes("rate-limited"))).toEqual([]);
});
