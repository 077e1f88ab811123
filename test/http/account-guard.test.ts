import { describe, expect, it } from "vitest";
import { formatKey } from "../../src/accounts/key-codec.ts";
import { BLOCKED_MS, MAX_UNKNOWN_KEYS, UNKNOWN_PERIOD_MS } from "../../src/charging/guard.ts";
import { accountOperations } from "../../src/contract/account-operations.ts";
import { fakeAccountsApp } from "../support/fake-accounts.ts";

/** A key with a right checksum, of an account that was never made. */
const forged = (index: number): string =>
  formatKey({
    mode: "live",
    account: String(index).padStart(11, "0"),
    keyId: "K".repeat(6),
    secret: "S".repeat(30),
  });

const from = (address: string) => ({ "cf-connecting-ip": address });

/** The operations that read a key. */
const operations = Object.values(accountOperations)
  .filter(({ access }) => access !== "anybody")
  .map(({ method, path }) => [method, path.replace("{charge}", "c").replace("{key}", "k")] as const);

describe("the guard of key-reading operations", () => {
  it("stands before all of them", () => expect(operations).toHaveLength(9));

  it.each(operations)("bounds the accounts that an address wakes by guessing: %s %s", async (method, path) => {
    const { send, open, ledgers, clock } = fakeAccountsApp();
    const [known, fresh] = [await open("known"), await open("fresh")];
    const ask = async (key: string, address = "192.0.2.1") =>
      (await send(method, path, { key, headers: from(address) })).status;
    const usual = await ask(known.key);
    const before = ledgers.size;
    // Also all at once: none is asked about before the others are counted.
    const all = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(forged(index))));
    expect(all.filter((status) => status === 401)).toHaveLength(MAX_UNKNOWN_KEYS);
    expect(all.filter((status) => status === 429)).toHaveLength(200 - MAX_UNKNOWN_KEYS);
    expect(ledgers.size - before).toBeLessThanOrEqual(MAX_UNKNOWN_KEYS);
    // One that is wrong again and again is one; a key that was confirmed is let through, and so is another address.
    expect([await ask(forged(0)), await ask(fresh.key), await ask(known.key)]).toEqual([401, 429, usual]);
    expect(await ask(fresh.key, "192.0.2.2")).not.toBe(429);
    clock.nowMs += UNKNOWN_PERIOD_MS;
    expect(await ask(forged(300))).toBe(401);
  });

  it("counts with the platform's limit, where there is one", async () => {
    let left = 2;
    const { send, clock, ledgers } = fakeAccountsApp(undefined, {
      unknownKeys: { limit: async () => ({ success: (left -= 1) >= 0 }) },
    });
    const ask = async (index: number) => send("GET", "/v1/me", { key: forged(index), headers: from("192.0.2.1") });
    const replies = [];
    for (let index = 0; index < 5; index += 1) replies.push(await ask(index));
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 429, 429, 429]);
    expect(replies.at(-1)?.headers.get("retry-after")).toBe(String(BLOCKED_MS / 1000));
    expect(ledgers.size).toBe(3);
    clock.nowMs += BLOCKED_MS;
    left = 1;
    expect((await ask(6)).status).toBe(401);
  });

  it("refuses a flood of one key, before its account is asked", async () => {
    const keys: string[] = [];
    const { send, open, ledgerOf } = fakeAccountsApp(undefined, {
      requests: { limit: async ({ key }) => ({ success: keys.push(key) <= 1 }) },
    });
    const { id, key } = await open();
    const whole = { ...ledgerOf(id) };
    let asked = 0;
    Object.assign(ledgerOf(id), { status: (hash: string) => ((asked += 1), whole.status(hash)) });
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await send("GET", "/v1/me", { key })).status);
    expect(statuses).toEqual([200, 429, 429]);
    expect(asked).toBe(1);
  });

  it("does not count keys of no address against each other, nor many good ones of one", async () => {
    const { send, open } = fakeAccountsApp();
    for (let index = 0; index <= MAX_UNKNOWN_KEYS; index += 1) {
      expect((await send("GET", "/v1/me", { key: forged(index) })).status).toBe(401);
    }
    const { key } = await open();
    expect((await send("GET", "/v1/me", { key })).status).toBe(200);
    for (let index = 0; index <= MAX_UNKNOWN_KEYS; index += 1) {
      const own = await open(`account ${index}`, 0);
      expect((await send("GET", "/v1/me", { key: own.key, headers: from("192.0.2.1") })).status).toBe(200);
    }
  });
});
