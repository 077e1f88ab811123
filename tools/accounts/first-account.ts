import { NewKey } from "../../src/contract/account-schemas.ts";
import { Account, Granted } from "../../src/contract/admin-schemas.ts";
import { MICRO_USD_PER_USD } from "../../src/contract/micro-usd.ts";
import { DEFAULT_PORT } from "../port.ts";
import type { Server } from "../serve.ts";
import { createAdminClient } from "./admin-client.ts";
import { dollars } from "./dollars.ts";
import type { LocalState } from "./local-state.ts";

/** What the first account has, in micro-US-dollars: five dollars that nobody has paid. */
const PLAY_MONEY = 5 * MICRO_USD_PER_USD;

/** What the first key may do: all that there is to try. */
const SCOPES = ["infer", "usage:read", "keys:write"] as const;

async function makeFirstKey(origin: string, adminKey: string): Promise<string> {
  const client = createAdminClient(origin, adminKey);
  const { id } = await client.ask(Account, { method: "POST", path: "", body: { name: "Play money", money: "test" } });
  const grant = {
    method: "POST",
    path: `/${id}/grants`,
    idempotencyKey: "first",
    body: { amount: PLAY_MONEY },
  } as const;
  await client.ask(Granted, grant);
  const body = { name: "first key", scopes: SCOPES };
  const { key } = await client.ask(NewKey, { method: "POST", path: `/${id}/keys`, body });
  return key;
}

/** What `npm start` says of accounts. */
export interface AccountsNote {
  /** The header of a curl line with the first key, with a space after it. */
  readonly header: string;
  readonly text: string;
}

/** The commands for accounts, which ask this server also where it listens at another port than they expect. */
function commandsOf({ port }: URL): string {
  const flag = port === String(DEFAULT_PORT) ? "" : ` --port ${port}`;
  return `Accounts: npm run account -- list${flag}    All that it can do: npm run account -- --help`;
}

/** Makes the first account, unless an earlier start has, and returns what to say: keys once, and later only where they are. */
export async function firstAccount(state: LocalState, { url }: Server): Promise<AccountsNote> {
  const { paths } = state;
  await state.listensAt(url.origin);
  if (state.firstKey !== undefined) {
    return {
      header: `-H "authorization: Bearer $(cat ${paths.firstKey})" `,
      text: `Accounts are on. The admin key is in ${paths.adminKey}, the first key in ${paths.firstKey}.\n${commandsOf(url)}`,
    };
  }
  const key = await makeFirstKey(url.origin, state.adminKey);
  await state.keepFirstKey(key);
  const header = `-H 'authorization: Bearer ${key}' `;
  const text = `Accounts are on. These keys are printed only now; they are kept in ${paths.adminKey} and ${paths.firstKey}.

  the admin key:  ${state.adminKey}
  the first key:  ${key}    (with ${dollars(PLAY_MONEY)} of play money)

What it has left:  curl -s ${header}${url.origin}/v1/me
${commandsOf(url)}`;
  return { header, text };
}
