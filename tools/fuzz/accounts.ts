import * as z from "zod";
import type { AccountWords } from "../../test/support/fuzz/any-account-request.ts";

/** The admin key of a campaign's API, which lives as long as the campaign. */
export const ADMIN_KEY = "fuzz-".padEnd(32, "0");

/** Credits that no campaign uses up, in micro-US-dollars: a hundred thousand dollars. */
const CREDITS = 100_000_000_000;

/** An account, a key or a grant, of which only some have an id or show a key. */
const Made = z.object({ id: z.string().default(""), key: z.string().default("") });

type Post = (path: string, body: object) => Promise<z.infer<typeof Made>>;

/** Sends requests of the operator to an API. */
function operatorOf(api: URL): Post {
  return async (path, body) => {
    const headers = {
      authorization: `Bearer ${ADMIN_KEY}`,
      "idempotency-key": path,
      "content-type": "application/json",
    };
    const url = new URL(`/admin/v1/accounts${path}`, api);
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return Made.parse(await response.json());
  };
}

const scopes = ["infer", "usage:read", "keys:write", "billing:write"];

/** The limits of a key that is refused now and then for each of them. */
const NARROW = { tasks: ["caption"], rates: [{ requests: 5, seconds: 1 }], concurrency: 1, caps: { day: 3000 } };

/** Makes the accounts and keys of a campaign in an API that has none. */
export async function openAccounts(api: URL): Promise<AccountWords> {
  const post = operatorOf(api);
  const open = async (name: string, amount: number): Promise<string> => {
    const { id } = await post("", { name });
    if (amount > 0) await post(`/${id}/grants`, { amount });
    return id;
  };
  const [rich, poor, side] = [await open("rich", CREDITS), await open("poor", 0), await open("side", CREDITS)];
  const keyOf = (account: string, terms: object) => post(`/${account}/keys`, terms);
  const revoked = await keyOf(rich, {});
  const url = new URL(`/admin/v1/accounts/${rich}/keys/${revoked.id}`, api);
  await fetch(url, { method: "DELETE", headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  return {
    rich: (await keyOf(rich, { scopes })).key,
    poor: (await keyOf(poor, { scopes })).key,
    narrow: (await keyOf(rich, NARROW)).key,
    revoked: revoked.key,
    admin: ADMIN_KEY,
    side: (await keyOf(side, { scopes })).key,
    account: side,
    key: (await keyOf(side, {})).id,
    doomed: (await keyOf(side, {})).id,
    charge: `chg_${"0".repeat(32)}`,
  };
}
