import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chargeId, fakeAccountsApp } from "../support/fake-accounts.ts";
import { parseCsv } from "../support/csv.ts";

/** What is compared of an entry. */
interface EntryRow {
  readonly seq: number;
  readonly kind: string;
  readonly id: string;
  readonly amount: number;
  readonly task: string;
  readonly key: string;
  readonly at: string;
}

interface Row {
  readonly day: string | null;
  readonly task: string | null;
  readonly key: string | null;
  readonly answers: number;
  readonly charged: number;
  readonly refunded: number;
  readonly net: number;
}

type App = ReturnType<typeof fakeAccountsApp>;

/** All pages of a list. */
async function allPages<One = Row>({ json }: App, path: string, key: string, list: string): Promise<readonly One[]> {
  const rows: One[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const { status, body }: { status: number; body: Record<string, never> } = await json(
      "GET",
      `${path}${path.includes("?") ? "&" : "?"}cursor=${cursor}`,
      { key },
    );
    expect(status).toBe(200);
    rows.push(...(body[list] ?? []));
    cursor = body["next"] ?? null;
  }
  return rows;
}

const DAY_MS = 86_400_000;

/** Charges, in the order of time: how much later than the one before, of which task, by which key, how much, and whether it is given back. */
const anyCharges = fc.array(
  fc.record({
    laterMs: fc.constantFrom(0, 1, 1000, DAY_MS / 2, DAY_MS, 3 * DAY_MS),
    task: fc.constantFrom("caption", "ocr", "object-detection"),
    keyIndex: fc.nat(1),
    amount: fc.integer({ min: 0, max: 5000 }),
    isRefunded: fc.boolean(),
  }),
  { maxLength: 25 },
);

const GROUPINGS = ["day", "task", "key", "day,task", "day,key", "task,key", "day,task,key", "key,day,task"];

describe("usage", () => {
  it("and its CSV are the sums of the charges, for every grouping and every size of pages", async () => {
    await fc.assert(
      fc.asyncProperty(anyCharges, fc.integer({ min: 1, max: 5 }), async (charges, limit) => {
        // A second before a month ends: some charges are on the other side.
        const app = fakeAccountsApp("2026-11-30T23:59:59.500Z");
        const { id, key, path: _path } = await app.open("Acme", 1_000_000);
        const second = (await app.json("POST", "/v1/keys", { key, body: {} })).body.key;
        for (const [index, { laterMs, task, keyIndex, amount, isRefunded }] of charges.entries()) {
          app.clock.nowMs += laterMs;
          await app.charge(id, keyIndex === 0 ? key : second, [{ id: chargeId(index), amount, task }]);
          if (isRefunded) await app.ledgerOf(id).refund([chargeId(index)]);
        }
        const days = "from=2026-11-01&to=2027-09-01";
        const entries = await allPages<EntryRow>(app, `/v1/charges?limit=${limit}`, key, "entries");
        expect(entries).toHaveLength(charges.length + charges.filter(({ isRefunded }) => isRefunded).length);
        const sold = entries.filter(({ kind }) => kind === "charge");
        const refunded = new Set(entries.filter(({ kind }) => kind === "refund").map((entry) => entry.id));
        for (const grouping of GROUPINGS) {
          const groups = new Set(grouping.split(","));
          const expected = new Map<string, Row>();
          for (const { at, task, key: keyId, amount, id: charge } of sold) {
            const day = groups.has("day") ? at.slice(0, 10) : null;
            const group = { day, task: groups.has("task") ? task : null, key: groups.has("key") ? keyId : null };
            const name = JSON.stringify(group);
            const { answers = 0, charged = 0, refunded: back = 0 } = expected.get(name) ?? {};
            const sums = { charged: charged - amount, refunded: back + (refunded.has(charge) ? -amount : 0) };
            expected.set(name, { ...group, answers: answers + 1, ...sums, net: sums.charged - sums.refunded });
          }
          const wanted = [...expected.values()].toSorted((one, other) => (position(one) < position(other) ? -1 : 1));
          const path = `/v1/usage?${days}&group_by=${grouping}`;
          expect(await allPages(app, `${path}&limit=${limit}`, key, "rows")).toEqual(wanted);
          const csv = await (await app.send("GET", `${path}&format=csv`, { key })).text();
          const columns = ["day", "task", "key"].filter((name) => groups.has(name));
          expect(csv.split("\r\n")[0]).toBe([...columns, "answers", "charged", "refunded", "net"].join(","));
          expect(parseCsv(csv)).toEqual(
            wanted.map((row) => {
              const cells = Object.entries(row).filter(([, value]) => value !== null);
              return Object.fromEntries(cells.map(([name, value]) => [name, String(value)]));
            }),
          );
        }
        const csv = parseCsv(await (await app.send("GET", "/v1/charges?format=csv", { key })).text());
        expect(csv.map(({ seq, amount }) => [Number(seq), Number(amount)])).toEqual(
          entries.map(({ seq, amount }) => [seq, amount]),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("begins and ends with UTC days and months, both included", async () => {
    const app = fakeAccountsApp("2026-10-31T23:59:59.999Z");
    const { id, key } = await app.open();
    for (const [index, moment] of [
      "2026-10-31T23:59:59.999Z",
      "2026-11-01T00:00:00.000Z",
      "2026-11-30T23:59:59.999Z",
      "2026-12-01T00:00:00.000Z",
    ].entries()) {
      app.clock.nowMs = Date.parse(moment);
      await app.charge(id, key, [{ id: chargeId(index), amount: 10 ** index, task: "caption" }]);
    }
    const charged = async (query: string) => {
      const { body } = await app.json("GET", `/v1/usage?group_by=task&${query}`, { key });
      return body.rows[0]?.charged ?? 0;
    };
    expect(await charged("from=2026-11-01&to=2026-11-30")).toBe(110);
    expect(await charged("from=2026-10-31&to=2026-10-31")).toBe(1);
    // The month of the last day, by default; and this month.
    expect(await charged("to=2026-11-30")).toBe(110);
    expect(await charged("")).toBe(1000);
    expect(await charged("from=2026-11-30")).toBe(1100);
    const entries = (await app.json("GET", "/v1/charges?from=2026-11-01&to=2026-11-30", { key })).body.entries;
    expect(entries.map(({ amount }: { amount: number }) => amount)).toEqual([-100, -10]);
  });

  it.each([
    ["from=2026-02-30", "from"],
    ["from=yesterday", "from"],
    ["to=2026-11-30T00:00:00Z", "to"],
    ["from=2026-12-01&to=2026-11-30", "from"],
    ["from=2020-01-01&to=2026-11-30", "from"],
    ["group_by=hour", "group_by"],
    ["group_by=day,day,task,key", "group_by"],
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=1.5", "limit"],
    ["limit=many", "limit"],
    ["limit=1&limit=2", "limit"],
    ["format=xml", "format"],
    ["form=2026-11-01", ""],
  ])("refuses %s", async (query, path) => {
    const { open, json } = fakeAccountsApp();
    const { key } = await open();
    const { status, body } = await json("GET", `/v1/usage?${query}`, { key });
    expect([status, body.code, body.issues[0].path]).toEqual([400, "invalid-request", path]);
  });
});

function position({ day, task, key }: Row): string {
  return JSON.stringify([day ?? "", task ?? "", key ?? ""]);
}
