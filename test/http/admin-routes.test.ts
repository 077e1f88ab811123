import { describe, expect, it } from "vitest";
import { adminOperations } from "../../src/contract/admin-operations.ts";
import { ADMIN_KEY, fakeAccountsApp } from "../support/fake-accounts.ts";

const key = ADMIN_KEY;
const CHARGE = `chg_${"0".repeat(31)}1`;
const grantOf = (id: string) => ({ "idempotency-key": id });

describe("every operation of the operator", () => {
  const operations = Object.values(adminOperations).map(({ method, path }) => [
    method,
    path.replace("{account}", "A".repeat(11)).replace("{key}", "K".repeat(6)),
  ]);

  it.each(operations)("refuses who is not: %s %s", async (method, path) => {
    const { json, send, open, ledgers } = fakeAccountsApp();
    const customer = await open();
    const before = ledgers.size;
    for (const wrong of [undefined, `${ADMIN_KEY}x`, ADMIN_KEY.slice(1), customer.key, ""]) {
      const { status, body } = await json(method, path, wrong === undefined ? {} : { key: wrong });
      expect([status, body.code]).toEqual([401, "admin-key-invalid"]);
    }
    expect((await send(method, path)).headers.get("www-authenticate")).toBe("Bearer");
    // No object is asked.
    expect(ledgers.size).toBe(before);
  });

  it.each(operations.filter(([, path = ""]) => path.includes("A".repeat(11))))(
    "knows no account that was not created: %s %s",
    async (method, path) => {
      const { json } = fakeAccountsApp();
      const body = method === "POST" ? bodyFor(path) : undefined;
      const { status, body: reply } = await json(method, path, { key, headers: grantOf("a"), ...(body && { body }) });
      expect([status, reply.code]).toEqual([404, "unknown-id"]);
    },
  );

  it("asks no object about an id that is none", async () => {
    const { json, ledgers } = fakeAccountsApp();
    for (const id of ["short", "A".repeat(12), "AAAAAAAAAA!", "%00", "%ff"]) {
      const { status, body } = await json("GET", `/admin/v1/accounts/${id}`, { key });
      expect([status, body.code]).toEqual([404, "unknown-id"]);
    }
    expect(ledgers.size).toBe(0);
  });
});

function bodyFor(path = ""): object | undefined {
  if (path.endsWith("/grants") || path.endsWith("/adjustments")) return { amount: 1 };
  if (path.endsWith("/refunds")) return { charge: CHARGE };
  return path.endsWith("/keys") || path.includes("/keys/") || path.endsWith("A".repeat(11)) ? {} : undefined;
}

describe("accounts", () => {
  it("are created, shown, changed, closed, opened again and listed", async () => {
    const { json, send } = fakeAccountsApp();
    const made = await send("POST", "/admin/v1/accounts", { key, body: { name: "Acme", cap_month: 20_000_000 } });
    const account = await made.json();
    expect([made.status, made.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(account).toMatchObject({ name: "Acme", mode: "prepaid", status: "open", balance: 0, cap_month: 20_000_000 });
    const path = `/admin/v1/accounts/${account.id}`;
    expect((await json("GET", path, { key })).body).toEqual(account);
    const changed = await json("POST", path, { key, body: { name: "Acme Ltd", cap_month: "none", credit_limit: 5 } });
    expect(changed.body).toMatchObject({ name: "Acme Ltd", cap_month: null, credit_limit: 5, mode: "prepaid" });
    expect((await json("POST", `${path}/close`, { key })).body.status).toBe("closed");
    expect((await json("POST", `${path}/reopen`, { key })).body.status).toBe("open");
    const { accounts } = (await json("GET", "/admin/v1/accounts", { key })).body;
    expect(accounts).toEqual([{ id: account.id, name: "Acme Ltd", created: account.created }]);
  });

  it("are listed in pages", async () => {
    const { json, open } = fakeAccountsApp();
    const ids = [];
    for (const name of ["a", "b", "c", "d", "e"]) ids.push((await open(name, 0)).id);
    const seen: string[] = [];
    let cursor = "";
    for (const length of [2, 2, 1]) {
      const { body } = await json("GET", `/admin/v1/accounts?limit=2&cursor=${cursor}`, { key });
      expect(body.accounts).toHaveLength(length);
      seen.push(...body.accounts.map(({ id }: { id: string }) => id));
      cursor = body.next;
    }
    expect(cursor).toBeNull();
    expect(seen).toEqual(ids.toSorted());
  });

  it.each([
    [{}, "name"],
    [{ name: " " }, "name"],
    [{ name: "x".repeat(101) }, "name"],
    [{ name: "a", credit_limit: -1 }, "credit_limit"],
    [{ name: "a", credit_limit: 0.5 }, "credit_limit"],
    [{ name: "a", credit_limit: 999_999_999_999_999 }, "credit_limit"],
    [{ name: "a", cap_month: -1 }, "cap_month"],
    [{ name: "a", mode: "free" }, "mode"],
  ])("are not created from %j", async (body, field) => {
    const { json } = fakeAccountsApp();
    const { status, body: reply } = await json("POST", "/admin/v1/accounts", { key, body });
    expect([status, reply.code, reply.issues[0].path]).toEqual([400, "invalid-request", field]);
  });
});

describe("grants", () => {
  it("are written once for each Idempotency-Key, and refused with another amount", async () => {
    const { json, open } = fakeAccountsApp();
    const { path } = await open("Acme", 0);
    const grant = (amount: unknown, id: string) =>
      json("POST", `${path}/grants`, { key, body: { amount }, headers: grantOf(id) });
    expect((await grant(5, "one")).body).toMatchObject({ amount: 5, repeat: false, balance: 5 });
    expect((await grant(5, "one")).body).toMatchObject({ amount: 5, repeat: true, balance: 5 });
    expect((await grant(5, '"one"')).body).toMatchObject({ repeat: true, balance: 5 });
    const other = await grant(6, "one");
    expect([other.status, other.body.code]).toEqual([422, "idempotency-key-reused"]);
    expect((await grant(7, "two")).body).toMatchObject({ repeat: false, balance: 12 });
    expect((await json("GET", `${path}/audit`, { key })).body).toMatchObject({
      balance: 12,
      entries: 2,
      violations: [],
    });
  });

  it("need an Idempotency-Key", async () => {
    const { json, open } = fakeAccountsApp();
    const { path } = await open("Acme", 0);
    for (const [verb, body] of [
      ["grants", { amount: 5 }],
      ["adjustments", { amount: -5 }],
      ["refunds", { charge: CHARGE }],
    ] as const) {
      for (const headers of [{}, grantOf(""), grantOf("x".repeat(256)), grantOf("two words")]) {
        const reply = await json("POST", `${path}/${verb}`, { key, body, headers });
        expect([reply.status, reply.body.code]).toEqual([400, "idempotency-key-invalid"]);
      }
    }
    expect((await json("GET", `${path}/entries`, { key })).body.entries).toEqual([]);
  });

  it.each([-5, 0, 0.5, "5", 1e21, 1_000_000_000_001, undefined, null])(
    "of %j are refused, and write nothing",
    async (amount) => {
      const { json, open } = fakeAccountsApp();
      const { path } = await open("Acme", 0);
      const { status, body } = await json("POST", `${path}/grants`, { key, body: { amount }, headers: grantOf("a") });
      expect([status, body.code, body.issues[0].path]).toEqual([400, "invalid-request", "amount"]);
      expect((await json("GET", `${path}/entries`, { key })).body.entries).toEqual([]);
    },
  );

  it("reach a closed account: its owner may have paid", async () => {
    const { json, open } = fakeAccountsApp();
    const { path } = await open("Acme", 0);
    await json("POST", `${path}/close`, { key });
    const { status } = await json("POST", `${path}/grants`, { key, body: { amount: 5 }, headers: grantOf("a") });
    expect(status).toBe(200);
  });
});

it("the reports of the operator are those of the account, and all entries beside", async () => {
  const { json, open, charge } = fakeAccountsApp();
  const { id, key: customer, path, keyId } = await open("Acme", 1000);
  await charge(id, customer, [{ id: CHARGE, amount: 300, task: "caption" }]);
  expect((await json("GET", `${path}/usage`, { key })).body).toEqual(
    (await json("GET", "/v1/usage", { key: customer })).body,
  );
  const { entries } = (await json("GET", `${path}/entries`, { key })).body;
  expect(entries.map(({ kind, amount }: { kind: string; amount: number }) => [kind, amount])).toEqual([
    ["charge", -300],
    ["grant", 1000],
  ]);
  const own = (await json("GET", `${path}/entries?key=${keyId}`, { key })).body.entries;
  expect(own).toHaveLength(1);
});
