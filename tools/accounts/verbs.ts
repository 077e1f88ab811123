import { randomUUID } from "node:crypto";
import type * as z from "zod";
import { KeyList, NewKey, Key } from "../../src/contract/account-schemas.ts";
import { Account, AccountList, Adjusted, AuditReport, Granted, Refunded } from "../../src/contract/admin-schemas.ts";
import { Failure, UsageError } from "../run-command.ts";
import type { AdminClient, AdminRequest } from "./admin-client.ts";
import { columns } from "./columns.ts";
import { dollars, microUsdFrom } from "./dollars.ts";
import { accountBody, changesBody, keyBody, keyChangesBody, rotateBody } from "./bodies.ts";
import type { AccountFlags } from "./flags.ts";
import { showBilling } from "./show-billing.ts";
import { showUsage } from "./show-usage.ts";

/** One use of the command. */
export interface AccountCall {
  readonly client: AdminClient;
  readonly flags: AccountFlags;
  /** What stands after the verb. */
  readonly words: readonly string[];
}

/** A verb: the names of its words, and what it does. It returns what is printed with `--json`, and for a person. */
export interface AccountVerb {
  readonly words: readonly string[];
  readonly run: (call: AccountCall) => Promise<Shown>;
}

interface Shown {
  readonly json: unknown;
  readonly text: string;
}

type AccountView = z.infer<typeof Account>;

const post = (path: string, body?: object): AdminRequest => ({ method: "POST", path, ...(body && { body }) });

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

function keysText(keys: z.infer<typeof KeyList>["keys"]): string {
  const rows = keys.map(({ id, name, status, last4, scopes, created }) => [
    id,
    name,
    status,
    `…${last4}`,
    scopes.join(","),
    created,
  ]);
  return columns(["key", "name", "status", "ends with", "scopes", "created"], rows);
}

async function makeKey(client: AdminClient, request: AdminRequest): Promise<Shown> {
  const made = await client.ask(NewKey, request);
  return { json: made, text: `${keysText([made])}\n\n${made.key}    (shown only now)` };
}

const keyVerbs: Readonly<Record<string, AccountVerb>> = {
  "key list": {
    words: ["id"],
    run: async ({ client, words: [id = ""] }) => {
      const { keys } = await client.ask(KeyList, { path: `/${id}/keys` });
      return { json: keys, text: keysText(keys) };
    },
  },
  "key create": {
    words: ["id"],
    run: ({ client, flags, words: [id = ""] }) => makeKey(client, post(`/${id}/keys`, keyBody(flags))),
  },
  "key change": {
    words: ["id", "key"],
    run: async ({ client, flags, words: [id = "", key = ""] }) => {
      const changed = await client.ask(Key, post(`/${id}/keys/${key}`, keyChangesBody(flags)));
      return { json: changed, text: keysText([changed]) };
    },
  },
  "key rotate": {
    words: ["id", "key"],
    run: ({ client, flags, words: [id = "", key = ""] }) =>
      makeKey(client, post(`/${id}/keys/${key}/rotate`, rotateBody(flags))),
  },
  "key revoke": {
    words: ["id", "key"],
    run: async ({ client, words: [id = "", key = ""] }) => {
      const revoked = await client.ask(Key, { method: "DELETE", path: `/${id}/keys/${key}` });
      return { json: revoked, text: keysText([revoked]) };
    },
  },
};

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
  create: { words: ["name"], run: create },
  list: { words: [], run: list },
  show: { words: ["id"], run: ({ client, words: [id = ""] }) => showAccount(client, { path: `/${id}` }) },
  change: {
    words: ["id"],
    run: ({ client, flags, words: [id = ""] }) => showAccount(client, post(`/${id}`, changesBody(flags))),
  },
  grant: { words: ["id", "dollars"], run: grantVerb },
  deduct: { words: ["id", "dollars"], run: deduct },
  refund: { words: ["id", "charge"], run: refund },
  close: { words: ["id"], run: ({ client, words: [id = ""] }) => showAccount(client, post(`/${id}/close`)) },
  reopen: { words: ["id"], run: ({ client, words: [id = ""] }) => showAccount(client, post(`/${id}/reopen`)) },
  ...keyVerbs,
  billing: { words: ["id"], run: ({ client, flags, words: [id = ""] }) => showBilling(client, id, flags) },
  usage: { words: ["id"], run: ({ client, flags, words: [id = ""] }) => showUsage(client, id, flags) },
  audit: { words: ["id"], run: audit },
};

/** Ids become parts of a path, whatever was written. */
function partOf(name: string | undefined, word: string): string {
  return name === "id" || name === "key" ? encodeURIComponent(word) : word;
}

/** Returns the verb that a command line begins with, and the words after it. Throws `UsageError`. */
export function verbOf(words: readonly string[]) {
  const [first = "", second = ""] = words;
  const name = Object.hasOwn(accountVerbs, first) ? first : `${first} ${second}`;
  const verb = Object.hasOwn(accountVerbs, name) ? accountVerbs[name] : undefined;
  if (verb === undefined) throw new UsageError(`There is no ${JSON.stringify(name.trim())}.`);
  const rest = words.slice(name.split(" ").length);
  if (rest.length === verb.words.length) {
    return { verb, words: rest.map((word, index) => partOf(verb.words[index], word)) };
  }
  const needed = verb.words.map((word) => ` <${word}>`).join("");
  throw new UsageError(`Write: npm run account -- ${name}${needed}`);
}
