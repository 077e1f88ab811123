import { expect, it } from "vitest";
import { runOutbox } from "../../support/outbox-run.ts";

/** `npm run test:payments` sends 10,000. */
const RUN = { seed: 17, charges: 300, kills: 2, patienceMs: 60_000 };

it("bills every charge once, while the meter fails and workerd is killed", { timeout: 240_000 }, async () => {
  const { ids, events, left, violations } = await runOutbox(RUN);
  const billed = events.map(({ identifier }) => identifier.split(".")[1]);
  expect([billed.toSorted(), left]).toEqual([ids, 0]);
  expect(events.every(({ customer, value }) => customer === "cus_1" && value === 1500)).toBe(true);
  expect(violations).toBe("[]");
});
