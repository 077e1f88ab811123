import { randomUUID } from "node:crypto";
import type * as z from "zod";
import { NewKey } from "../../src/contract/account-schemas.ts";
import { Account, AccountList, Adjusted, AuditReport, Granted, Refunded } from "../../src/contract/admin-schemas.ts";
import { Failure } from "../run-command.ts";
import type { AdminClient, AdminRequest } from "./admin-client.ts";
import { columns } from "./columns.ts";
import { dollars, microUsdFrom } from "./dollars.ts";
import { accountBody, changesBody } from "./bodies.ts";
import { keyVerbs } from "./key-verbs.ts";
import { showBilling } from "./show-billing.ts";
import { showUsage } from "./show-usage.ts";
import { type AccountCall, type AccountVerb, post, type Shown } from "./verb.ts";

type AccountView = z.infer<typeof Account>;

function accountText(account: AccountView): string {
  const { id, name, mode, status, balance, held, credit_limit: limit, cap_month: cap, created } = account;
  const facts = [
    ["account", id],
    ["name", name],
    ["status", `${status}, ${mode}`],
    ["balance", `${dollars(balance)}${held > 0 ? `, of which ${dollars(held)} are held` : ""}`],
    ...(limit > 0 ? [["credit limit", dollars(limit)]] : []),
    ...(cap === null ? [] : [["monthly cap", dollars(cap)]]),
    ["created", created],
  ];
  return facts.map(([field = "", value = ""]) => `${field.padEnd(12)}  ${value}`).join("\n");
}

async function showAccount(client: AdminClient, request: AdminRequest): Promise<Shown> {
  const account = await client.ask(Account, request);
  return { json: account, text: accountText(account) };
}

/** Moves money. If the reply is lost, it says how the same is asked for again. */
async function move<Schema extends z.ZodType>(
  client: AdminClient,
  schema: Schema,
  request: AdminRequest,
  given?: string,
): Promise<z.infer<Schema>> {
  const idempotencyKey = given ?? randomUUID();
  try {
    return await client.ask(schema, { ...request, idempotencyKey });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(
      `${error.message}\nWhether the credits were moved is not known. Ask again with --idempotency-key ${idempotencyKey}: they are moved once.`,
    );
  }
}

function grant(client: AdminClient, id: string, amount: number, given?: string) {
  return move(client, Granted, post(`/${id}/grants`, { amount }), given);
}

async function create({ client, flags, words: [name = ""] }: AccountCall): Promise<Shown> {
  const amount = flags.credits === undefined ? 0 : microUsdFrom("--credits", flags.credits);
  const { id } = await client.ask(Account, post("", accountBody(name, flags)));
  if (amount > 0) await grant(client, id, amount);
  const { key } = await client.ask(NewKey, post(`/${id}/keys`, { name: "first key" }));
  const account = await client.ask(Account, { path: `/${id}` });
  return { json: { ...account, key }, text: `${accountText(account)}\nkey           ${key}    (shown only now)` };
}

async function list({ client }: AccountCall): Promise<Shown> {
  const accounts = [];
  let cursor: string | null = "";
  do {
    const page: z.infer<typeof AccountList> = await client.ask(AccountList, { path: `?limit=1000&cursor=${cursor}` });
    accounts.push(...page.accounts);
    cursor = page.next;
  } while (cursor !== null);
  const rows = accounts.map(({ id, name, created }) => [id, name, created]);
  return { json: accounts, text: columns(["account", "name", "created"], rows) };
}

async function grantVerb({ client, flags, words: [id = "", text = ""] }: AccountCall): Promise<Shown> {
  const granted = await grant(client, id, microUsdFrom("The amount", text), flags["idempotency-key"]);
  const again = granted.repeat ? "They were given before. " : "";
  return { json: granted, text: `${again}Given: ${dollars(granted.amount)}. Balance: ${dollars(granted.balance)}.` };
}

/** Takes credits away: a command line cannot have a negative amount, which looks like an option. */
async function deduct({ client, flags, words: [id = "", text = ""] }: AccountCall): Promise<Shown> {
  const request = post(`/${id}/adjustments`, { amount: -microUsdFrom("The amount", text) });
  const adjusted = await move(client, Adjusted, request, flags["idempotency-key"]);
  const again = adjusted.repeat ? "They were taken before. " : "";
  return {
    json: adjusted,
    text: `${again}Taken: ${dollars(-adjusted.amount)}. Balance: ${dollars(adjusted.balance)}.`,
  };
}

async function refund({ client, flags, words: [id = "", charge = ""] }: AccountCall): Promise<Shown> {
  const request = post(`/${id}/refunds`, { charge });
  const refunded = await move(client, Refunded, request, flags["idempotency-key"]);
  const again = refunded.repeat ? "It was given back before. " : "";
  const text = `${again}Given back: ${dollars(refunded.amount)}. Balance: ${dollars(refunded.balance)}.`;
  return { json: refunded, text };
}

async function audit({ client, words: [id = ""] }: AccountCall): Promise<Shown> {
  const report = await client.ask(AuditReport, { path: `/${id}/audit` });
  const { violations, balance, entries, holds } = report;
  if (violations.length > 0) {
    throw new Failure(violations.map(({ rule, found }) => `${rule}: ${found}`).join("\n"));
  }
  const text = `All is well: the balance of ${dollars(balance)} is the sum of ${entries} entries; ${holds} holds are open.`;
  return { json: report, text };
}

/** The verbs of `npm run account`. */
export const accountVerbs: Readonly<Record<string, AccountVerb>> = {
  create: { words: ["name"], flags: ["credits", "test", "postpaid", "credit-limit", "cap-month"], run: create },
  list: { words: [], run: list },
  show: { words: ["id"], run: ({ client, words: [id = ""] }) => showAccount(client, { path: `/${id}` }) },
  change: {
    words: ["id"],
    flags: ["name", "postpaid", "credit-limit", "cap-month"],
    run: ({ client, flags, words: [id = ""] }) => showAccount(client, post(`/${id}`, changesBody(flags))),
  },
  grant: { words: ["id", "dollars"], flags: ["idempotency-key"], run: grantVerb },
  deduct: { words: ["id", "dollars"], flags: ["idempotency-key"], run: deduct },
  refund: { words: ["id", "charge"], flags: ["idempotency-key"], run: refund },
  close: { words: ["id"], run: ({ client, words: [id = ""] }) => showAccount(client, post(`/${id}/close`)) },
  reopen: { words: ["id"], run: ({ client, words: [id = ""] }) => showAccount(client, post(`/${id}/reopen`)) },
  ...keyVerbs,
  billing: {
    words: ["id"],
    flags: ["customer", "low-balance", "auto-top-up"],
    run: ({ client, flags, words: [id = ""] }) => showBilling(client, id, flags),
  },
  usage: {
    words: ["id"],
    flags: ["from", "to", "group-by", "csv"],
    run: ({ client, flags, words: [id = ""] }) => showUsage(client, id, flags),
  },
  audit: { words: ["id"], run: audit },
};
