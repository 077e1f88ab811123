import { describe, expect, it } from "vitest";
import { createAdmit, PLACE_LEASE_MS } from "../../src/http/admission.ts";
import { createReservations } from "../../src/scheduling/reservations.ts";
import { parseCsv } from "../support/csv.ts";
import { chargeId, fakeAccountsApp } from "../support/fake-accounts.ts";

const DAY_MS = 86_400_000;

describe("a cursor", () => {
  const charges = Array.from({ length: 3 }, (_, index) => ({ id: chargeId(index), amount: 1, task: "caption" }));

  it.each([
    ["another account", "/v1/charges?limit=1", "/v1/charges?limit=1", true],
    ["another account's usage", "/v1/usage?limit=1&group_by=key,task", "/v1/usage?limit=1&group_by=key,task", true],
    ["another list", "/v1/charges?limit=1", "/v1/usage?limit=1", false],
    ["other parameters", "/v1/charges?limit=1", "/v1/charges?limit=1&from=2026-11-01", false],
  ])("of %s is refused", async (_, from, at, isOthers) => {
    const { open, json, charge } = fakeAccountsApp();
    const [one, other] = [await open("one"), await open("other")];
    for (const { id, key } of [one, other]) {
      await charge(id, key, charges.slice(0, 1));
      await charge(id, key, [{ id: chargeId(9), amount: 1, task: "ocr" }]);
    }
    const { next } = (await json("GET", from, { key: one.key })).body;
    expect(next).toEqual(expect.any(String));
    const { status, body } = await json("GET", `${at}&cursor=${next}`, { key: isOthers ? other.key : one.key });
    expect([status, body.code]).toEqual([400, "cursor-invalid"]);
  });

  it.each(["x", "W10", "bnVsbA", "%FF", "W1tdLFtdXQ", "e30"])("that is none is refused: %s", async (cursor) => {
    const { open, json } = fakeAccountsApp();
    const { key } = await open();
    for (const path of ["/v1/usage", "/v1/charges"]) {
      const { status, body } = await json("GET", `${path}?cursor=${cursor}`, { key });
      expect([status, body.code]).toEqual([400, "cursor-invalid"]);
    }
  });
});

describe("CSV", () => {
  it.each([
    ["/v1/charges", { accept: "text/csv" }, "text/csv"],
    ["/v1/charges?format=csv", {}, "text/csv"],
    ["/v1/charges?format=json", { accept: "text/csv" }, "application/json"],
    ["/v1/charges", { accept: "application/json, text/csv;q=0.5" }, "application/json"],
    ["/v1/usage", { accept: "text/csv" }, "text/csv"],
    ["/v1/usage", { accept: "*/*" }, "application/json"],
  ])("%s with %j is %s, and nobody keeps it", async (path, headers, type) => {
    const { open, send } = fakeAccountsApp();
    const { key } = await open();
    const response = await send("GET", path, { key, headers });
    expect(response.headers.get("content-type")).toContain(type);
    expect(response.headers.get("cache-control")).toBe("no-store");
    await response.text();
  });

  it("is streamed from many pages of the account", async () => {
    const { open, send, charge } = fakeAccountsApp();
    const { id, key } = await open();
    for (let part = 0; part < 3; part += 1) {
      const charges = Array.from({ length: 1000 }, (_, index) => ({
        id: chargeId(part * 1000 + index),
        amount: 1,
        task: "caption",
      }));
      await charge(id, key, charges);
    }
    const rows = parseCsv(await (await send("GET", "/v1/charges?format=csv", { key })).text());
    expect(rows.map(({ seq }) => Number(seq))).toEqual(Array.from({ length: 3000 }, (_, index) => 3001 - index));
  });

  it("that fails before it begins is a problem, and later one that is cut off and logged", async () => {
    const { open, send, ledgerOf, logged, charge } = fakeAccountsApp();
    const { id, key } = await open();
    const charges = Array.from({ length: 1001 }, (_, index) => ({ id: chargeId(index), amount: 1, task: "caption" }));
    await charge(id, key, charges);
    const ledger = ledgerOf(id);
    const whole = { ...ledger };
    let calls = 0;
    Object.assign(ledger, {
      entries: (query: Parameters<typeof whole.entries>[0]) => {
        calls += 1;
        return calls > 1 ? Promise.reject(new Error("away")) : whole.entries(query);
      },
    });
    const cut = await send("GET", "/v1/charges?format=csv", { key });
    expect(cut.status).toBe(200);
    await expect(cut.text()).rejects.toThrow("away");
    const refused = await send("GET", "/v1/charges?format=csv", { key });
    expect([refused.status, (await refused.json()).code]).toEqual([500, "internal"]);
    expect(logged).toHaveLength(2);
  });
});

describe("the place of a list", () => {
  const limits = { requests: 100, bytes: 1_000_000, units: 64 };
  const setUp = () => {
    const reservations = createReservations(
      () => limits,
      () => 0,
    );
    return { reservations, ...fakeAccountsApp(undefined, { admit: createAdmit(reservations) }) };
  };

  it.each(["/v1/charges?format=csv", "/v1/usage?format=csv", "/v1/charges"])(
    "of which only the head is asked for ends with it: %s",
    async (path) => {
      const { reservations, open, send } = setUp();
      const { key } = await open();
      for (let count = 0; count < 600; count += 1) {
        const response = await send("HEAD", path, { key });
        expect([response.status, await response.text()]).toEqual([200, ""]);
      }
      expect(reservations.size).toBe(0);
      const whole = await send("GET", path, { key });
      expect([...(await send("HEAD", path, { key })).headers]).toEqual([...whole.headers]);
      await whole.text();
    },
  );

  it("lasts until its rows were read, or nobody reads them any more", async () => {
    const { reservations, open, send } = setUp();
    const { key } = await open();
    const [read, left] = [
      await send("GET", "/v1/usage?format=csv", { key }),
      await send("GET", "/v1/usage?format=csv", { key }),
    ];
    expect(reservations.size).toBe(2);
    await read.text();
    await left.body?.cancel();
    expect(reservations.size).toBe(0);
  });
});

describe("the place of a list that is sent slowly", () => {
  it("counts for as long as its reader reads, and no longer", async () => {
    const time = { nowMs: 0 };
    const reservations = createReservations(
      () => ({ requests: 1, bytes: 1000, units: 64 }),
      () => time.nowMs,
    );
    const { open, charge, send } = fakeAccountsApp(undefined, { admit: createAdmit(reservations) });
    const { id, key } = await open();
    for (let index = 1; index <= 12; index += 1) {
      await charge(id, key, [{ id: chargeId(index), amount: 300, task: "caption" }]);
    }
    const reader = (await send("GET", "/v1/charges?format=csv", { key })).body?.getReader();
    for (let line = 0; line < 10; line += 1) {
      await reader?.read();
      // A part of it: workerd may ask for two rows at once.
      time.nowMs += PLACE_LEASE_MS / 4;
      expect([line, (await send("GET", "/v1/me", { key })).status]).toEqual([line, 503]);
    }
    time.nowMs += PLACE_LEASE_MS;
    expect((await send("GET", "/v1/me", { key })).status).toBe(200);
  });
});

describe("a charge", () => {
  it("is found by the id in the answer's header, with all that happened under it", async () => {
    const { open, charge, json, ledgerOf, clock } = fakeAccountsApp();
    const { id, key } = await open();
    const one = [{ id: chargeId(1), amount: 300, task: "caption" }];
    await charge(id, key, one);
    await ledgerOf(id).refund([chargeId(1)]);
    clock.nowMs += 2 * DAY_MS;
    await charge(id, key, one);
    const { body } = await json("GET", `/v1/charges/${chargeId(1)}`, { key });
    expect(body.entries.map(({ kind, amount }: { kind: string; amount: number }) => [kind, amount])).toEqual([
      ["charge", -300],
      ["refund", 300],
      ["charge", -300],
    ]);
  });

  it.each([chargeId(7), "chg_1", "%20", "x".repeat(3000)])("that there is not is unknown: %s", async (charge) => {
    const { open, json } = fakeAccountsApp();
    const { key } = await open();
    const { status, body } = await json("GET", `/v1/charges/${charge}`, { key });
    expect([status, body.code]).toEqual([404, "unknown-id"]);
  });
});
