import { describe, expect, it } from "vitest";
import { Problem } from "../../../../src/contract/problems.ts";
import { acceptPayment } from "../../../../src/payments/x402/accept-payment.ts";
import { claimPayment } from "../../../../src/payments/x402/settlement.ts";
import { requirementsFor } from "../../../../src/payments/x402/terms.ts";
import { parsePayment } from "../../../../src/payments/x402/wire.ts";
import { PAYER, type PaymentParts, signedPayment, terms } from "../../../support/x402-chain.ts";
import { createX402World, instead, killed, lost, says, unreached, well } from "../../../support/x402-world.ts";
import { nextTask } from "../../../support/tiny-backend.ts";

const PRICE = 300;

/** A world with one payment of 300 micro-US-dollars, and what a request does with it. */
function startScene(options: Parameters<typeof createX402World>[0] = {}, parts: PaymentParts = {}) {
  const x402 = createX402World(options);
  const header = signedPayment(x402.world.nowMs, 1, PRICE, parts);
  let works = 0;
  /** Returns what a request was told: `answered`, `repeated`, or a problem's code. `work` false: it fails. */
  const ask = async (fingerprint = "question", work = true): Promise<string> => {
    try {
      const payload = parsePayment(header);
      const payment = payload && (await acceptPayment(payload, requirementsFor(terms, PRICE), x402.world.nowMs));
      if (payment === undefined || typeof payment === "string") return `not accepted: ${payment}`;
      const claimed = await claimPayment(x402.options, payment, { kind: "request", fingerprint, address: "" });
      works += 1;
      if (!work) {
        await claimed.letGo();
        return "failed";
      }
      await claimed.settle();
      return claimed.isRepeat ? "repeated" : "answered";
    } catch (thrown) {
      if (thrown instanceof Problem) return thrown.code;
      throw thrown;
    }
  };
  const stateOf = (): string => [...x402.claims.values()][0]?.state ?? "void";
  return { ...x402, ask, stateOf, works: () => works };
}

/** Runs a request that is killed on its way, and lets all leases end. */
async function askAndDie({ world, ask }: ReturnType<typeof startScene>): Promise<void> {
  void ask();
  for (let turn = 0; turn < 20; turn += 1) await nextTask();
  world.fault = well;
  // Longer than any lease, and shorter than the payment is valid.
  world.nowMs += 151_000;
}

describe("a payment without faults", () => {
  it("is claimed, checked, worked for, settled, and repeated for nothing", async () => {
    const { ask, chain, works, world, stateOf } = startScene();
    expect([await ask(), stateOf(), chain.paid()]).toEqual(["answered", "settled", PRICE]);
    expect(world.calls).toEqual(["claim", "verify", "beginSettling", "settle", "end"]);
    expect([await ask(), await ask("another")]).toEqual(["repeated", "payment-in-use"]);
    expect([chain.paid(), works()]).toEqual([PRICE, 2]);
  });

  it("makes the work run once for five requests at once", async () => {
    const { ask, chain, works } = startScene();
    const told = await Promise.all(Array.from({ length: 5 }, () => ask()));
    expect(told.toSorted()).toEqual(["answered", ...Array.from({ length: 4 }, () => "payment-in-use")]);
    expect([works(), chain.paid()]).toEqual([1, PRICE]);
  });

  it("is void if the work fails, and then pays for the same or another request", async () => {
    const { ask, stateOf, chain } = startScene();
    expect([await ask("question", false), stateOf(), chain.paid()]).toEqual(["failed", "void", 0]);
    expect([await ask("another"), chain.paid()]).toEqual(["answered", PRICE]);
  });

  it("is refused by its signature, and leaves nothing", async () => {
    const { ask, stateOf, works } = startScene({}, { signature: "0x00" });
    expect([await ask(), stateOf(), works()]).toEqual(["payment-invalid", "void", 0]);
  });

  it("is refused if it would expire while the model works", async () => {
    const seconds = Math.floor(Date.UTC(2026, 10, 30) / 1000);
    const { ask, works } = startScene({}, { validBefore: String(seconds + 119) });
    expect([await ask(), works()]).toEqual(["payment-invalid", 0]);
  });
});

/** The rows of the crash table in docs/explanation/payments.md, in their order. */
describe("what is true after a failure", () => {
  it("the payment's object cannot be reached before the claim", async () => {
    const { world, ask, stateOf, works } = startScene();
    world.fault = unreached("claim");
    expect([await ask(), stateOf(), works()]).toEqual(["payment-unsettled", "void", 0]);
    world.fault = well;
    expect(await ask()).toBe("answered");
  });

  it("the claim's reply is lost", async () => {
    const { world, ask, stateOf, works } = startScene();
    world.fault = lost("claim");
    expect([await ask(), stateOf(), works()]).toEqual(["payment-unsettled", "claimed", 0]);
    world.fault = well;
    expect(await ask()).toBe("payment-in-use");
    world.nowMs += 151_000;
    expect(await ask()).toBe("answered");
  });

  it.each([
    ["does not reply", unreached("verify")],
    ["loses its reply", lost("verify")],
    ["says what cannot be read", says("verify", () => ({}))],
    ["speaks of another payer", says("verify", (right) => ({ ...right, payer: terms.payTo }))],
  ])("the facilitator %s to the check", async (_name, fault) => {
    const { world, ask, stateOf, works } = startScene();
    world.fault = fault;
    expect([await ask(), stateOf(), works()]).toEqual(["payment-unsettled", "void", 0]);
    world.fault = well;
    expect(await ask()).toBe("answered");
  });

  it("the isolate is killed before or during the work", async () => {
    const scene = startScene();
    scene.world.fault = killed("before", "beginSettling");
    await askAndDie(scene);
    expect([scene.stateOf(), scene.chain.paid()]).toEqual(["claimed", 0]);
    expect([await scene.ask(), scene.chain.paid()]).toEqual(["answered", PRICE]);
  });

  it("the isolate is killed after the work, before the facilitator is asked", async () => {
    const scene = startScene();
    scene.world.fault = killed("after", "beginSettling");
    await askAndDie(scene);
    expect([scene.stateOf(), scene.chain.paid()]).toEqual(["settling", 0]);
    expect([await scene.ask(), scene.chain.paid()]).toEqual(["answered", PRICE]);
  });

  it("the facilitator refuses to settle, and has sent nothing", async () => {
    const { world, ask, stateOf, chain } = startScene();
    world.fault = instead("settle", { success: false, errorReason: "insufficient_funds", transaction: "" });
    expect([await ask(), stateOf(), chain.paid()]).toEqual(["payment-invalid", "void", 0]);
    world.fault = well;
    expect([await ask("another"), chain.paid()]).toEqual(["answered", PRICE]);
  });

  it.each([
    ["does not reply, and has settled", lost("settle"), PRICE],
    ["does not reply, and has not settled", unreached("settle"), 0],
    ["says that it is pending", says("settle", () => ({ success: false, errorReason: "settlement_pending" })), PRICE],
    ["says what nobody knows", says("settle", () => ({ success: false, errorReason: "oops" })), PRICE],
    ["says that the nonce was used", says("settle", () => ({ success: false, errorReason: "nonce_used" })), PRICE],
    ["lies: no transaction", says("settle", (right) => ({ ...right, transaction: "" })), PRICE],
    ["lies: another payer", says("settle", (right) => ({ ...right, payer: terms.payTo })), PRICE],
    ["lies: another network", says("settle", (right) => ({ ...right, network: "eip155:1" })), PRICE],
    ["lies: another amount", says("settle", (right) => ({ ...right, amount: "1" })), PRICE],
  ])("the facilitator %s: unknown, and never told as known", async (_name, fault, paid) => {
    const scene = startScene();
    const { world, ask, stateOf, chain } = scene;
    world.fault = fault;
    expect([await ask(), stateOf(), chain.paid()]).toEqual(["payment-unsettled", "settling", paid]);
    world.fault = well;
    // Nobody but the chain knows whether a nonce that is used now was used for us.
    expect(await ask()).toBe(paid === 0 ? "answered" : "payment-unsettled");
    expect(await ask("another")).toBe("payment-in-use");
    expect(chain.paid()).toBe(PRICE);
  });

  it("… and a node of the chain knows that it was", async () => {
    const { world, ask, stateOf, chain } = startScene({ hasNode: true });
    world.fault = lost("settle");
    expect([await ask(), stateOf(), chain.paid()]).toEqual(["answered", "settled", PRICE]);
    expect(await ask()).toBe("repeated");
  });

  it("… and the node replies only to the retry", async () => {
    const { world, ask, chain } = startScene({ hasNode: true });
    world.fault = (name, call) => (name === "node" ? unreached("node")(name, call) : lost("settle")(name, call));
    expect(await ask()).toBe("payment-unsettled");
    world.fault = well;
    expect([await ask(), chain.paid()]).toEqual(["answered", PRICE]);
  });

  it("… and the payer has used the nonce for himself meanwhile", async () => {
    const { world, ask, stateOf, chain } = startScene({ hasNode: true });
    world.fault = unreached("settle");
    expect(await ask()).toBe("payment-unsettled");
    chain.use({ nonce: `0x${"1".padStart(64, "0")}`, to: PAYER, value: String(PRICE) });
    world.fault = well;
    expect([await ask(), stateOf(), chain.paid()]).toEqual(["payment-invalid", "void", 0]);
  });

  it("… and the authorization has ended unused", async () => {
    const { world, ask, stateOf, chain } = startScene({ hasNode: true });
    world.fault = unreached("settle");
    expect(await ask()).toBe("payment-unsettled");
    world.nowMs += 301_000;
    expect([await ask(), stateOf(), chain.paid()]).toEqual(["payment-invalid", "void", 0]);
  });

  it("the isolate is killed while the facilitator settles", async () => {
    const scene = startScene({ hasNode: true });
    scene.world.fault = killed("after", "settle");
    await askAndDie(scene);
    expect([scene.stateOf(), scene.chain.paid()]).toEqual(["settling", PRICE]);
    expect([await scene.ask(), scene.stateOf(), scene.chain.paid()]).toEqual(["answered", "settled", PRICE]);
  });

  it.each([
    ["does not arrive", unreached("end"), "settling"],
    ["is written and not told", lost("end"), "settled"],
  ])("the word of the settlement to the object %s", async (_name, fault, state) => {
    const scene = startScene({ hasNode: true });
    const { world, ask, stateOf, chain } = scene;
    world.fault = fault;
    expect([await ask(), stateOf(), chain.paid()]).toEqual(["payment-unsettled", state, PRICE]);
    world.fault = well;
    world.nowMs += 76_000;
    expect([await ask(), chain.paid()]).toEqual([state === "settled" ? "repeated" : "answered", PRICE]);
  });

  it("the response is lost after the settlement", async () => {
    const { ask, chain } = startScene();
    await ask();
    expect([await ask(), chain.paid()]).toEqual(["repeated", PRICE]);
  });
});
