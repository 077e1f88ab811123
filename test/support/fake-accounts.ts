import { formatKey, keyHash, parseKey } from "../../src/accounts/key-codec.ts";
import type { AccountDirectory, DirectoryRow } from "../../src/accounts/directory-port.ts";
import type { Charge } from "../../src/accounts/ledger-port.ts";
import { createGuard, type GuardOptions } from "../../src/charging/guard.ts";
import type { AccountsOptions } from "../../src/http/account-route.ts";
import { administrationOf } from "../../src/http/administration-routes.ts";
import type { PaymentProviders } from "../../src/payments/till.ts";
import type { AppOptions } from "../../src/http/app.ts";
import { seededRandom } from "./any-key.ts";
import { createFakeLedger } from "./fake-ledger.ts";
import { fakeApp } from "./fake-service.ts";

type FakeLedger = ReturnType<typeof createFakeLedger>;

/** The operator's key in tests. */
export const ADMIN_KEY = "fe_admin_of_tests";

function createDirectory(): AccountDirectory {
  const rows = new Map<string, DirectoryRow>();
  return {
    put: async (row) => void rows.set(row.id, row),
    list: async ({ after = "", limit }) => {
      const all = [...rows.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
      const later = all.filter(({ id }) => id > after);
      const accounts = later.slice(0, limit);
      return { accounts, next: later.length > limit ? (accounts.at(-1)?.id ?? null) : null };
    },
  };
}

/** The application over accounts in memory, by the real rules of the ledger. `clock.nowMs` is the time of all of them. */
export function fakeAccountsApp(
  start = "2026-11-30T12:00:00Z",
  {
    requests,
    unknownKeys,
    providers,
    ...more
  }: Partial<AppOptions & GuardOptions & { readonly providers: PaymentProviders }> = {},
) {
  const clock = { nowMs: Date.parse(start) };
  const ledgers = new Map<string, FakeLedger>();
  const ledgerOf = (account: string): FakeLedger => {
    const ledger = ledgers.get(account) ?? createFakeLedger({ now: () => clock.nowMs });
    ledgers.set(account, ledger);
    return ledger;
  };
  const accounts: AccountsOptions = {
    ledgerOf,
    directory: createDirectory(),
    adminKey: ADMIN_KEY,
    guard: createGuard({ requests, unknownKeys, now: () => clock.nowMs }),
    random: seededRandom(17),
    now: () => clock.nowMs,
  };
  const { app, logged } = fakeApp({}, { administration: administrationOf(accounts, providers), ...more });

  /** Sends a request; a body is sent as JSON. */
  const send = async (method: string, path: string, { key, body, headers = {} }: Sent = {}) =>
    app.request(path, {
      method,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  const json = async (...request: Parameters<typeof send>) => {
    const response = await send(...request);
    return { status: response.status, body: await response.json() };
  };
  /** An account with credits and a key with all scopes. */
  const open = async (name = "Acme", amount = 5_000_000, terms: object = {}) => {
    const { body: account } = await json("POST", "/admin/v1/accounts", { key: ADMIN_KEY, body: { name } });
    const path = `/admin/v1/accounts/${account.id}`;
    const headers = { "idempotency-key": "first" };
    if (amount > 0) await send("POST", `${path}/grants`, { key: ADMIN_KEY, body: { amount }, headers });
    const scopes = ["infer", "usage:read", "keys:write", "billing:write"];
    const { body: made } = await json("POST", `${path}/keys`, { key: ADMIN_KEY, body: { scopes, ...terms } });
    return { id: String(account.id), path, key: String(made.key), keyId: String(made.id) };
  };
  /** Charges what was answered, as the flow of an answer does. */
  const charge = async (account: string, key: string, charges: readonly Charge[]) => {
    const parts = parseKey(key);
    if (parts === undefined) throw new Error("This is no key.");
    const ledger = ledgerOf(account);
    const requestId = `request-${clock.nowMs}-${charges[0]?.id}`;
    const common = { requestId, charges, priceRevision: "2026-11-30" };
    const held = await ledger.hold({ ...common, keyHash: await keyHash(parts), scope: "infer", holdMs: 1000 });
    if (held.type !== "held") throw new Error(`Not held: ${held.code}`);
    return ledger.settle({ ...common, keyId: held.keyId, releases: [] });
  };
  return { app, logged, clock, ledgerOf, ledgers, accounts, send, json, open, charge };
}

/** What is sent beside the method and the path. */
interface Sent {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A key with a right checksum that no account has. */
export function strangersKey(account = "A".repeat(11)): string {
  return formatKey({ mode: "live", account, keyId: "K".repeat(6), secret: "S".repeat(30) });
}

/** The id of a charge. */
export function chargeId(index: number): string {
  return `chg_${index.toString(16).padStart(32, "0")}`;
}
