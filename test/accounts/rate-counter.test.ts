import { expect, it } from "vitest";
import { createFakeLedger } from "../support/fake-ledger.ts";
import { createRateCounter } from "../../src/accounts/ledger/rate-counter.ts";
import { holdOf } from "../support/ledger-requests.ts";
import { openAccount } from "../support/open-account.ts";

it("counts each request once, however many holds it asks for, and refuses without a hold", async () => {
  const ledger = createFakeLedger({ countRequest: createRateCounter(), now: () => 0 });
  await openAccount(ledger, { terms: { rates: [{ name: "requests", requests: 2, seconds: 60 }] } });
  const first = await ledger.hold(holdOf("r1", ["a"]));
  const again = await ledger.hold(holdOf("r1", ["b"], { isContinued: true }));
  expect([first, again]).toMatchObject([
    { type: "held", rate: { decisions: [{ remaining: 1 }] } },
    { type: "held", rate: undefined },
  ]);
  expect(await ledger.hold(holdOf("r2", ["c"]))).toMatchObject({ type: "held" });
  expect(await ledger.hold(holdOf("r3", ["d"]))).toMatchObject({ code: "rate-limited", rate: { isAllowed: false } });
  expect(await ledger.audit()).toMatchObject({ holds: 3, violations: [] });
});

it("is shared by a key and its successor", async () => {
  const ledger = createFakeLedger({ countRequest: createRateCounter(), now: () => 0 });
  await openAccount(ledger, { terms: { rates: [{ name: "requests", requests: 1, seconds: 60 }] } });
  const successor = { id: "k2", hash: "hash of k2", last4: "abcd" };
  await ledger.rotateKey({ keyId: "k1", successor, graceMs: 1000 });
  await ledger.hold(holdOf("r1", ["a"]));
  expect(await ledger.hold(holdOf("r2", ["b"], { keyHash: successor.hash }))).toMatchObject({ code: "rate-limited" });
});
