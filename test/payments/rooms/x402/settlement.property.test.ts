import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Problem } from "../../../../src/contract/problems.ts";
import { acceptPayment } from "../../../../src/payments/x402/accept-payment.ts";
import { claimPayment } from "../../../../src/payments/x402/settlement.ts";
import { requirementsFor } from "../../../../src/payments/x402/terms.ts";
import { parsePayment } from "../../../../src/payments/x402/wire.ts";
import { nextTask } from "../../../support/tiny-backend.ts";
import { PAYER, signedPayment, terms } from "../../../support/x402-chain.ts";
import { createX402World, type Fault, killed, lost, unreached, well } from "../../../support/x402-world.ts";

const PRICE = 300;

/** What happens to one call of a request. */
const faults: readonly Fault[] = [
  ...Array.from({ length: 6 }, () => well),
  (name, call) => unreached(name)(name, call),
  (name, call) => lost(name)(name, call),
  (name, call) => killed("before", name)(name, call),
  (name, call) => killed("after", name)(name, call),
];

/** One request with the payment: the faults of its calls in their order, whether its work succeeds, and how long nothing happens before it. */
const requests = fc.array(
  fc.record({
    question: fc.constantFrom<string>("one", "one", "one", "two"),
    faults: fc.array(fc.constantFrom(...faults), { maxLength: 8 }),
    works: fc.boolean().map((fails) => !fails),
    waitMs: fc.constantFrom(0, 0, 0, 5000, 76_000, 151_000),
    isApart: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

/** Waits until everything that is not killed has ended. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) await nextTask();
}

interface Told {
  readonly question: string;
  readonly said: string;
  /** What had been paid at that moment. */
  readonly paid: number;
}

it("takes one payment for answers to one question, in every sequence of requests, faults and kills", async () => {
  await fc.assert(
    fc.asyncProperty(requests, fc.boolean(), fc.boolean(), async (sent, hasNode, paysHimself) => {
      const { world, options, chain, claims } = createX402World({ hasNode });
      world.travel = () => Promise.resolve();
      const header = signedPayment(world.nowMs, 1, PRICE, { validBefore: String(world.nowMs / 1000 + 3000) });
      const payload = parsePayment(header);
      const payment = payload && (await acceptPayment(payload, requirementsFor(terms, PRICE), world.nowMs));
      if (payment === undefined || typeof payment === "string") throw new Error("The payment is not accepted.");
      const told: Told[] = [];
      let [working, mostWorking] = [0, 0];
      const ask = async ({ question, works, ...request }: (typeof sent)[number]): Promise<string> => {
        // Of the calls of all requests that run now, in whichever order they come.
        const left = [...request.faults];
        world.fault = (name, call) => (left.shift() ?? well)(name, call);
        const claimed = await claimPayment(options, payment, {
          kind: "request",
          fingerprint: question,
          address: "",
        });
        if (!claimed.isRepeat) mostWorking = Math.max(mostWorking, (working += 1));
        await nextTask();
        if (!claimed.isRepeat) working -= 1;
        if (!works) {
          await claimed.letGo();
          return "failed";
        }
        await claimed.settle();
        return claimed.isRepeat ? "repeated" : "answered";
      };
      for (const request of sent) {
        // No request that lives takes as long as a lease.
        if (request.waitMs > 0) await idle();
        world.nowMs += request.waitMs;
        const asking = ask(request)
          .catch((thrown: unknown) => {
            if (thrown instanceof Problem) return thrown.code;
            throw thrown;
          })
          .then((said) => told.push({ question: request.question, said, paid: chain.paid() }));
        if (request.isApart) await idle();
        else await Promise.race([asking, nextTask()]);
      }
      await idle();
      if (paysHimself && chain.uses.size === 0) {
        chain.use({ nonce: payment.authorization.nonce, to: PAYER, value: "300" });
      }
      world.fault = well;
      world.nowMs += 160_000;
      const answered = told.filter(({ said }) => said === "answered" || said === "repeated");
      expect(new Set(answered.map(({ question }) => question)).size).toBeLessThanOrEqual(1);
      // What is told as an answer was paid at that moment.
      expect(answered.every(({ paid }) => paid === PRICE)).toBe(true);
      expect(mostWorking).toBeLessThanOrEqual(1);
      expect([0, PRICE]).toContain(chain.paid());
      // The money never moves without a trace of whose it is, and whoever has paid gets his answer when he asks again, if the chain can be asked.
      const [question] = [...claims.values()].map(({ fingerprint }) => fingerprint);
      expect(chain.paid() === 0 || question !== undefined).toBe(true);
      const asksAgain = hasNode && chain.paid() > 0 && question !== undefined;
      const last = asksAgain ? await ask({ question, works: true, faults: [], waitMs: 0, isApart: true }) : "repeated";
      expect(["answered", "repeated"]).toContain(last);
    }),
    { numRuns: 200 },
  );
}, 120_000);
