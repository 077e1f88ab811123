import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { holdOf, settlementOf } from "../support/ledger-requests.ts";
import { alarmOf, newAccount, passTime, query, type Stub, stateOf } from "./account-objects.ts";

/** More failures than the runtime forgives an alarm. */
const FAILURES = 8;

/** What Stripe answers, and what it got. */
let answer: () => Response | Promise<Response>;
let sent: URLSearchParams[];

beforeEach(() => {
  sent = [];
  Object.assign(env, {
    ACCOUNTS: "on",
    ADMIN_KEY: "k".repeat(32),
    STRIPE_SECRET_KEY: "sk_live_tests",
    STRIPE_WEBHOOK_SECRET: "whsec_a",
  });
  vi.stubGlobal("fetch", async (_: string, { body }: RequestInit) => {
    sent.push(new URLSearchParams(typeof body === "string" ? body : ""));
    return answer();
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
  Object.assign(env, { ACCOUNTS: "off", STRIPE_SECRET_KEY: "" });
});

/** An account that is billed, and was charged once. */
async function chargedAccount(): Promise<Stub> {
  const stub = await newAccount({ account: { mode: "postpaid" } });
  await stub.setBilling({ customer: "cus_1" });
  await stub.hold(holdOf("r1", ["chg_a"]));
  await stub.settle(settlementOf("r1", ["chg_a"]));
  return stub;
}

const outboxOf = (stub: Stub) => query(stub, "SELECT id, attempts FROM outbox");

it("a charge sets the alarm, which bills it", async () => {
  answer = () => Response.json({});
  const stub = await chargedAccount();
  expect(await alarmOf(stub)).toBeLessThanOrEqual(Date.now() + 5000);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(sent.map((form) => form.get("identifier"))).toEqual(["charge.chg_a.2"]);
  expect([await outboxOf(stub), await stateOf(stub)]).toMatchObject([[], { balance: 8500 }]);
});

it("alarms go on, however often the meter fails", async () => {
  const stub = await chargedAccount();
  answer = () => Promise.reject(new TypeError("no network"));
  for (let failures = 0; failures < FAILURES; failures += 1) {
    passTime(3_600_000);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
  }
  expect(await outboxOf(stub)).toEqual([{ id: "charge.chg_a.2", attempts: FAILURES }]);
  answer = () => Response.json({});
  passTime(3_600_000);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await outboxOf(stub)).toEqual([]);
});

it("a fault of the storage does not end the alarms either, and holds are looked after beside the outbox", async () => {
  answer = () => Response.json({});
  const stub = await chargedAccount();
  await query(stub, "ALTER TABLE billing RENAME TO away");
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  for (let failures = 0; failures < FAILURES; failures += 1) expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(logged).toHaveBeenCalled();
  await query(stub, "ALTER TABLE away RENAME TO billing");
  await stub.hold(holdOf("r2", ["chg_b"]));
  passTime(150_000);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect([await query(stub, "SELECT id FROM holds"), await outboxOf(stub)]).toEqual([[], []]);
});

it("credits are bought once with the saved card when the balance becomes low", async () => {
  answer = () => Response.json({ id: "pi_auto", status: "succeeded" });
  const stub = await newAccount();
  await stub.setBilling({ customer: "cus_1", card: "pm_1", lowBalance: 9000, autoTopUp: 5_000_000 });
  await stub.hold(holdOf("r1", ["chg_a", "chg_b"]));
  await stub.settle(settlementOf("r1", ["chg_a"]));
  await stub.settle(settlementOf("r1", ["chg_b"]));
  await runDurableObjectAlarm(stub);
  await runDurableObjectAlarm(stub);
  expect(sent.map((form) => form.get("amount"))).toEqual(["500"]);
  expect(await stub.credit({ kind: "top-up", ref: "pi_auto", amount: 5_000_000 })).toMatchObject({ isRepeat: true });
  expect(await stateOf(stub)).toMatchObject({ balance: 5_007_000 });
});
