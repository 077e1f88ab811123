import { isAccountId, newAccountId } from "../accounts/key-codec.ts";
import type { AccountAdmin, Entry } from "../accounts/ledger-admin.ts";
import type { AccountFacts, AccountLedger } from "../accounts/ledger-port.ts";
import { excerpt } from "../bytes/excerpt.ts";
import { DEFAULT_PAGE_ROWS } from "../contract/account-fields.ts";
import type { AccountOperation } from "../contract/account-operation.ts";
import { AccountParameters, adminOperations } from "../contract/admin-operations.ts";
import { AccountChangesBody, NewAccountBody, NewKeyBody, RotateBody } from "../contract/admin-schemas.ts";
import { KeyChangesBody } from "../contract/key-changes.ts";
import { MICRO_USD } from "../contract/micro-usd.ts";
import { Problem } from "../contract/problems.ts";
import { checkOperator } from "./account-caller.ts";
import { changeKey, createKey, type KeysOf, listKeys, revokeKey, rotateKey } from "./account-keys.ts";
import { accepted } from "./account-refusal.ts";
import { entryReport, usageReport } from "./account-reports.ts";
import {
  type AccountRouteOptions,
  admittedRoute,
  type AdmittedCall,
  privateJson,
  queryOf,
  readAccountBody,
} from "./account-route.ts";
import { accountView, moment } from "./account-views.ts";
import { refundCharge, writeCredit } from "./admin-money.ts";
import { cursorOf, positionOf } from "./cursor.ts";
import type { Route } from "./route.ts";

/** The account that a path names. */
export interface NamedAccount {
  readonly account: string;
  readonly ledger: AccountLedger & AccountAdmin;
}

type Handle = (named: NamedAccount, call: AdmittedCall) => Promise<Response | object>;

const ALL_KINDS: readonly Entry["kind"][] = ["grant", "top-up", "charge", "refund", "adjust", "reversal"];

/** The account that a path names. Only an id that can be one reaches an object. Throws `unknown-id`. */
export function namedAccount({ names }: AdmittedCall, { accounts }: AccountRouteOptions): NamedAccount {
  const account = names["account"] ?? "";
  if (isAccountId(account)) return { account, ledger: accounts.ledgerOf(account) };
  throw new Problem("unknown-id", `There is no account with the id ${excerpt(JSON.stringify(account))}.`);
}

/** Returns the route of an operation of the operator, on one account or on none. */
export function operatorRoute(
  operation: AccountOperation,
  options: AccountRouteOptions,
  handle: (call: AdmittedCall) => Promise<Response | object>,
): Route {
  return admittedRoute(operation, options, async (call) => {
    await checkOperator(call.request.headers, options.accounts);
    const reply = await handle(call);
    return reply instanceof Response ? reply : privateJson(reply);
  });
}

/** Creates an account, and then puts it on the list: what is refused is not there. Its id is told only after both, so an account that has money is never missing. */
async function createAccount(call: AdmittedCall, { accounts }: AccountRouteOptions): Promise<object> {
  const {
    name,
    mode,
    money,
    credit_limit: creditLimit,
    cap_month: capMonth = null,
  } = await readAccountBody(NewAccountBody, call);
  const id = newAccountId(accounts.random);
  const terms = { id, name, mode, money, creditLimit, capMonth };
  const created: AccountFacts = accepted(await accounts.ledgerOf(id).create(terms));
  await accounts.directory.put({ id, name, createdMs: created.createdMs });
  return accountView(created);
}

async function listAccounts(call: AdmittedCall, { accounts }: AccountRouteOptions): Promise<object> {
  const { limit = DEFAULT_PAGE_ROWS, cursor } = queryOf(AccountParameters, call);
  const scope = ["accounts"];
  const [after] = positionOf(scope, cursor, ["string"]) ?? [];
  const page = await accounts.directory.list({ limit, after: after === undefined ? undefined : String(after) });
  const rows = page.accounts.map(({ id, name, createdMs }) => ({ id, name, created: moment(createdMs) }));
  return { accounts: rows, next: page.next === null ? null : cursorOf(scope, [page.next]) };
}

/** Changes an account, and its name on the list of all. */
async function changeAccount({ account, ledger }: NamedAccount, call: AdmittedCall, options: AccountRouteOptions) {
  const { name, mode, credit_limit: creditLimit, cap_month: cap } = await readAccountBody(AccountChangesBody, call);
  const capMonth = cap === "none" ? null : cap;
  const changes = { name, mode, creditLimit, capMonth };
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const changed: AccountFacts = accepted(await ledger.update(given));
  const { createdMs } = changed;
  if (name !== undefined) await options.accounts.directory.put({ id: account, name, createdMs });
  return accountView(changed);
}

/** Whose keys are made: they begin as the account says. */
async function keysOf({ account, ledger }: NamedAccount): Promise<KeysOf> {
  return { account, ledger, mode: accepted(await ledger.describe()).money };
}

function keyRoutes(options: AccountRouteOptions, on: (operation: AccountOperation, handle: Handle) => Route) {
  const { accounts } = options;
  return [
    on(adminOperations.accountKeys, (named) => listKeys(named, accounts)),
    on(adminOperations.createAccountKey, async (named, call) => {
      const body = await readAccountBody(NewKeyBody, call);
      return createKey(await keysOf(named), accounts, body);
    }),
    on(adminOperations.changeAccountKey, async (named, call) => {
      const keyId = call.names["key"] ?? "";
      return changeKey(named, accounts, { keyId }, await readAccountBody(KeyChangesBody, call));
    }),
    on(adminOperations.rotateAccountKey, async (named, call) => {
      const { grace_seconds: grace } = await readAccountBody(RotateBody, call);
      return rotateKey(await keysOf(named), accounts, call.names["key"] ?? "", grace);
    }),
    on(adminOperations.revokeAccountKey, (named, { names }) => revokeKey(named, accounts, names["key"] ?? "")),
  ];
}

async function setStatus({ ledger }: NamedAccount, status: AccountFacts["status"]) {
  return accountView(accepted(await ledger.update({ status })));
}

async function auditAccount({ ledger }: NamedAccount) {
  const { balance, entries, holds, violations } = accepted(await ledger.audit());
  return { unit: MICRO_USD, balance, entries, holds, violations };
}

/** The operator's routes. */
export function adminRoutes(options: AccountRouteOptions): readonly Route[] {
  const on = (operation: AccountOperation, handle: Handle): Route =>
    operatorRoute(operation, options, (call) => handle(namedAccount(call, options), call));
  return [
    operatorRoute(adminOperations.createAccount, options, (call) => createAccount(call, options)),
    operatorRoute(adminOperations.accounts, options, (call) => listAccounts(call, options)),
    on(adminOperations.account, async ({ ledger }) => accountView(accepted(await ledger.describe()))),
    on(adminOperations.changeAccount, (named, call) => changeAccount(named, call, options)),
    on(adminOperations.grant, ({ ledger }, call) => writeCredit("grant", ledger, call)),
    on(adminOperations.adjust, ({ ledger }, call) => writeCredit("adjust", ledger, call)),
    on(adminOperations.refund, ({ ledger }, call) => refundCharge(ledger, call)),
    ...keyRoutes(options, on),
    on(adminOperations.closeAccount, (named) => setStatus(named, "closed")),
    on(adminOperations.reopenAccount, (named) => setStatus(named, "open")),
    on(adminOperations.accountUsage, (named, call) => usageReport(named, call, options)),
    on(adminOperations.accountEntries, (named, call) => entryReport(named, ALL_KINDS, call, options)),
    on(adminOperations.audit, auditAccount),
  ];
}
