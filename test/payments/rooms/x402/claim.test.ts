import { describe, expect, it } from "vitest";
import {
  type Claim,
  type ClaimRequest,
  decideClaim,
  decideEnd,
  decideSettling,
  endOf,
  isForgettable,
  KEPT_MS,
  MAX_REPEATS,
} from "../../../../src/payments/x402/claim.ts";

const request: ClaimRequest = {
  kind: "request",
  fingerprint: "question",
  signature: "signature",
  expiresMs: 300_000,
  holder: "one",
  leaseForMs: 150_000,
};
const other = { ...request, holder: "two" };
const transaction = "0x01";

/** The state after some steps of one holder, from the claim on. */
function claimed(): Claim | undefined {
  return decideClaim(undefined, request, 0).claim;
}
function settling(): Claim | undefined {
  return decideSettling(claimed(), "one", { leaseForMs: 75_000, nowMs: 1000 }).claim;
}
function settled(): Claim | undefined {
  return decideEnd(settling(), "one", { type: "settled", transaction }).claim;
}

describe("a payment that a request works for", () => {
  it("is in use for all others until the lease is over", () => {
    expect(decideClaim(claimed(), other, 149_999).reply).toEqual({ type: "in-use", reason: "in-progress" });
    expect(decideClaim(claimed(), { ...other, fingerprint: "else" }, 0).reply).toEqual({
      type: "in-use",
      reason: "other",
    });
    expect(decideClaim(claimed(), { ...other, signature: "else" }, 0).reply).toMatchObject({ reason: "other" });
    expect(decideClaim(claimed(), { ...other, kind: "top-up" }, 0).reply).toMatchObject({ reason: "other" });
    expect(decideClaim(claimed(), other, 150_000)).toMatchObject({
      reply: { type: "claimed" },
      claim: { holder: "two" },
    });
  });

  it("is claimed again by the same holder, whose reply was lost", () => {
    expect(decideClaim(claimed(), request, 1).reply).toEqual({ type: "claimed" });
  });

  it("is void when it is let go, and not by another", () => {
    const refused = { type: "refused", isProven: false } as const;
    expect(decideEnd(claimed(), "two", refused)).toMatchObject({ reply: "lost", claim: { holder: "one" } });
    expect(decideEnd(claimed(), "one", refused)).toEqual({ reply: "void", claim: undefined });
    expect(decideEnd(undefined, "one", refused).reply).toBe("void");
  });

  it("cannot be settled by whom another has replaced", () => {
    const { claim } = decideClaim(claimed(), other, 150_000);
    expect(decideSettling(claim, "one", { leaseForMs: 1, nowMs: 150_001 })).toEqual({ reply: false, claim });
    expect(decideSettling(undefined, "one", { leaseForMs: 1, nowMs: 0 }).reply).toBe(false);
  });
});

describe("a payment that is being settled", () => {
  it("is taken over after the lease by the same request only, and its outcome is then uncertain", () => {
    expect(decideClaim(settling(), other, 75_999).reply).toMatchObject({ type: "in-use" });
    expect(decideClaim(settling(), { ...other, fingerprint: "else" }, 76_000).reply).toMatchObject({ reason: "other" });
    expect(decideClaim(settling(), other, 76_000)).toMatchObject({
      reply: { type: "unsettled" },
      claim: { state: "settling", holder: "two", isUncertain: true },
    });
  });

  it("is void when the facilitator refuses it, but not after a call whose outcome is not known", () => {
    const refused = { type: "refused", isProven: false } as const;
    expect(decideEnd(settling(), "one", refused)).toEqual({ reply: "void", claim: undefined });
    const { claim, reply } = decideEnd(settling(), "one", { type: "unknown" });
    expect([reply, claim]).toMatchObject(["unsettled", { isUncertain: true, leaseMs: 0 }]);
    expect(decideEnd(claim, "one", refused)).toMatchObject({ reply: "unsettled", claim: { state: "settling" } });
    expect(decideEnd(claim, "one", { type: "refused", isProven: true }).reply).toBe("void");
  });

  it("is settled by whoever tells so, since that is a fact", () => {
    const { claim } = decideClaim(settling(), other, 76_000);
    expect(decideEnd(claim, "one", { type: "settled", transaction })).toMatchObject({
      reply: "settled",
      claim: { state: "settled", transaction },
    });
  });
});

describe("a settled payment", () => {
  it("gives the same request its answer a number of times, and another nothing", () => {
    let claim = settled();
    for (let repeat = 0; repeat < MAX_REPEATS; repeat += 1) {
      const step = decideClaim(claim, other, 1_000_000);
      expect(step.reply).toEqual({ type: "settled", transaction, isDone: false });
      ({ claim } = step);
    }
    expect(decideClaim(claim, other, 1_000_000).reply).toEqual({ type: "in-use", reason: "spent" });
    expect(decideClaim(claim, { ...other, fingerprint: "else" }, 0).reply).toMatchObject({ reason: "other" });
    expect(decideClaim(claim, { ...other, signature: "else" }, 0).reply).toMatchObject({ reason: "other" });
  });

  it("stays settled, whatever else is told of it", () => {
    expect(decideEnd(settled(), "one", { type: "refused", isProven: true })).toEqual({
      reply: "settled",
      claim: settled(),
    });
    expect(decideEnd(settled(), "one", { type: "unknown" }).claim).toEqual(settled());
  });
});

describe("what is kept", () => {
  const end = request.expiresMs + KEPT_MS;
  const topUp = { ...request, kind: "top-up" } as const;

  it.each([
    ["a request's, when its end and a day have passed", settled(), end, true],
    ["not before", settled(), end - 1, false],
    ["also one whose outcome nobody knows", settling(), end, true],
  ] as const)("%s", (_name, claim, nowMs, isOver) => {
    if (claim === undefined) throw new Error("There is no claim.");
    expect([endOf(claim), isForgettable(claim, nowMs)]).toEqual([end, isOver]);
  });

  it("keeps what was paid for credits until they are written", () => {
    const begun = decideSettling(decideClaim(undefined, topUp, 0).claim, "one", { leaseForMs: 1, nowMs: 0 }).claim;
    const paid = decideEnd(begun, "one", { type: "settled", transaction }).claim;
    const done = decideEnd(paid, "any", { type: "done" }).claim;
    const kept = [begun, paid, done].map((claim) => claim && isForgettable(claim, end));
    expect(kept).toEqual([false, false, true]);
  });

  it("repeats what a top-up gives however often it is asked for", () => {
    const begun = decideSettling(decideClaim(undefined, topUp, 0).claim, "one", { leaseForMs: 1, nowMs: 0 }).claim;
    let { claim } = decideEnd(begun, "one", { type: "settled", transaction });
    for (let repeat = 0; repeat <= MAX_REPEATS + 1; repeat += 1) ({ claim } = decideClaim(claim, topUp, 1));
    expect(decideClaim(claim, topUp, 1).reply).toMatchObject({ type: "settled" });
  });
});
