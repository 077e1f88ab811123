import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type ClaimRequest, KEPT_MS } from "../../src/payments/x402/claim.ts";
import { passTime } from "./account-objects.ts";

afterEach(() => void vi.useRealTimers());

/** The object of a payment that nobody else uses. */
function newPayment() {
  return env.PAYMENTS.get(env.PAYMENTS.idFromName(crypto.randomUUID()));
}

type Stub = ReturnType<typeof newPayment>;

const requestOf = (holder: string, more: Partial<ClaimRequest> = {}): ClaimRequest => ({
  kind: "request",
  fingerprint: "question",
  signature: "signature",
  expiresMs: Date.now() + 300_000,
  holder,
  leaseForMs: 150_000,
  ...more,
});

/** What an object stores, and when its alarm rings. */
const storedIn = (stub: Stub) =>
  runInDurableObject(stub, async (_, { storage }) => ({
    keys: [...storage.kv.list()].map(([key]) => key),
    alarmMs: await storage.getAlarm(),
  }));

const transaction = "0x01";

describe("the object of a payment", () => {
  it("gives it to one of many requests at once", async () => {
    const stub = newPayment();
    const replies = await Promise.all(Array.from({ length: 20 }, (_, index) => stub.claim(requestOf(String(index)))));
    const types = Map.groupBy(replies, ({ type }) => type);
    expect([types.get("claimed")?.length, types.get("in-use")?.length]).toEqual([1, 19]);
  });

  it("keeps it until a day after its end, and then nothing", async () => {
    const stub = newPayment();
    const request = requestOf("one");
    await stub.claim(request);
    expect(await storedIn(stub)).toEqual({ keys: ["claim"], alarmMs: request.expiresMs + KEPT_MS });
    expect(await stub.beginSettling("one", 75_000)).toBe(true);
    expect(await stub.end("one", { type: "settled", transaction })).toBe("settled");
    expect(await stub.claim(requestOf("two"))).toEqual({ type: "settled", transaction, isDone: false });
    passTime(300_000 + KEPT_MS);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await storedIn(stub)).toEqual({ keys: [], alarmMs: null });
  });

  it("stores nothing of one that was let go", async () => {
    const stub = newPayment();
    await stub.claim(requestOf("one"));
    expect(await stub.end("one", { type: "refused", isProven: false })).toBe("void");
    expect(await storedIn(stub)).toEqual({ keys: [], alarmMs: null });
    expect(await stub.claim(requestOf("two", { fingerprint: "another" }))).toEqual({ type: "claimed" });
  });

  it("keeps what was paid for credits until they are written, without another alarm", async () => {
    const stub = newPayment();
    await stub.claim(requestOf("one", { kind: "top-up" }));
    await stub.beginSettling("one", 75_000);
    await stub.end("one", { type: "settled", transaction });
    passTime(300_000 + KEPT_MS + 1);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await storedIn(stub)).toEqual({ keys: ["claim"], alarmMs: null });
    expect(await stub.claim(requestOf("two", { kind: "top-up" }))).toEqual({
      type: "settled",
      transaction,
      isDone: false,
    });
    expect(await stub.end("two", { type: "done" })).toBe("settled");
    expect((await storedIn(stub)).keys).toEqual([]);
  });
});
