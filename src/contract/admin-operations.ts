import * as z from "zod";
import { accountExamples as examples } from "./account-examples.ts";
import { pageParameters } from "./account-fields.ts";
import type { AccountOperation } from "./account-operation.ts";
import { EntryParameters, UsageParameters } from "./account-operations.ts";
import { EntryList, Key, KeyList, NewKey, Usage } from "./account-schemas.ts";
import {
  Account,
  AccountChangesBody,
  AccountList,
  AuditReport,
  GrantBody,
  Granted,
  NewAccountBody,
  NewKeyBody,
  RefundBody,
  RotateBody,
  Refunded,
} from "./admin-schemas.ts";

/** Query parameters of the list of accounts. */
export const AccountParameters = z.strictObject(pageParameters);

const operator = { tag: "administration", access: "operator" } as const;
const read = { ...operator, method: "GET", problems: "Admin" } as const;
const change = { ...operator, method: "POST", problems: "AdminChange" } as const;

const ACCOUNTS = "/admin/v1/accounts";
const ACCOUNT = `${ACCOUNTS}/{account}`;
const KEYS = `${ACCOUNT}/keys`;

/** The operator's operations, by the name of their handler. */
export const adminOperations = {
  createAccount: {
    ...change,
    path: ACCOUNTS,
    id: "createAccount",
    summary: "Create an account",
    description: "It has no credits and no key yet.",
    body: NewAccountBody,
    reply: Account,
    example: { body: examples.newAccountBody, reply: { ...examples.account, balance: 0 } },
  },
  accounts: {
    ...read,
    path: ACCOUNTS,
    id: "listAccounts",
    summary: "All accounts",
    description: "In the order of their ids.",
    query: AccountParameters,
    reply: AccountList,
    example: { reply: examples.accountList },
  },
  account: {
    ...read,
    path: ACCOUNT,
    id: "showAccount",
    summary: "An account",
    description: "With its balance now.",
    reply: Account,
    example: { reply: examples.account },
  },
  changeAccount: {
    ...change,
    path: ACCOUNT,
    id: "changeAccount",
    summary: "Change an account's name or limits",
    description: "What is left out stays.",
    body: AccountChangesBody,
    reply: Account,
    example: { body: examples.accountChangesBody, reply: { ...examples.account, cap_month: 20_000_000 } },
  },
  grant: {
    ...change,
    path: `${ACCOUNT}/grants`,
    id: "grantCredits",
    summary: "Give credits",
    description: "They can be spent at once.",
    movesMoney: true,
    body: GrantBody,
    reply: Granted,
    example: { body: examples.grantBody, reply: examples.granted },
  },
  refund: {
    ...change,
    path: `${ACCOUNT}/refunds`,
    id: "refundCharge",
    summary: "Give the last charge under an id back",
    description:
      "A charge is given back once, whoever asks. An Idempotency-Key stands for one refund for ever: a late repeat gives no later charge back. The answer stays free until its 24 hours are over.",
    movesMoney: true,
    body: RefundBody,
    reply: Refunded,
    example: { body: examples.refundBody, reply: examples.refunded },
  },
  accountKeys: {
    ...read,
    path: KEYS,
    id: "listAccountKeys",
    summary: "An account's keys",
    description: "Also those that have ended. Never the keys themselves.",
    reply: KeyList,
    example: { reply: examples.keyList },
  },
  createAccountKey: {
    ...change,
    path: KEYS,
    id: "createAccountKey",
    summary: "Create a key of an account",
    description:
      "The reply is the only one that shows it. It begins like all keys of the account: fe_live_ or fe_test_.",
    body: NewKeyBody,
    reply: NewKey,
    example: { body: examples.newKeyBody, reply: examples.newKey },
  },
  rotateAccountKey: {
    ...change,
    path: `${KEYS}/{key}/rotate`,
    id: "rotateAccountKey",
    summary: "Replace a key of an account",
    description:
      "The new key has the same name, limits and expiry, and both have one budget. The old one ends after `grace_seconds`.",
    body: RotateBody,
    reply: NewKey,
    example: { body: examples.rotateBody, reply: examples.newKey },
  },
  revokeAccountKey: {
    ...operator,
    method: "DELETE",
    problems: "Admin",
    path: `${KEYS}/{key}`,
    id: "revokeAccountKey",
    summary: "Revoke a key of an account at once",
    description: "What it has in progress is still answered.",
    reply: Key,
    example: { reply: { ...examples.key, status: "revoked", revoked: "2026-11-30T10:00:00.000Z" } },
  },
  closeAccount: {
    ...change,
    problems: "Admin",
    path: `${ACCOUNT}/close`,
    id: "closeAccount",
    summary: "Close an account",
    description:
      "Its keys are refused from now on, except for reading; what is in progress is still answered. Credits stay.",
    reply: Account,
    example: { reply: { ...examples.account, status: "closed" } },
  },
  reopenAccount: {
    ...change,
    problems: "Admin",
    path: `${ACCOUNT}/reopen`,
    id: "reopenAccount",
    summary: "Open a closed account again",
    description: "Its keys are as they were.",
    reply: Account,
    example: { reply: examples.account },
  },
  accountUsage: {
    ...read,
    path: `${ACCOUNT}/usage`,
    id: "accountUsage",
    summary: "What an account was charged, by day, task and key",
    description: "As the account's own report.",
    query: UsageParameters,
    reply: Usage,
    isList: true,
    example: { reply: examples.usage },
  },
  accountEntries: {
    ...read,
    path: `${ACCOUNT}/entries`,
    id: "accountEntries",
    summary: "All entries of an account, newest first",
    description: "Charges and refunds, and what was given. Their sum is the balance.",
    query: EntryParameters,
    reply: EntryList,
    isList: true,
    example: { reply: examples.entries },
  },
  audit: {
    ...read,
    path: `${ACCOUNT}/audit`,
    id: "auditAccount",
    summary: "Check an account's tables against the ledger's rules",
    description: "It reads all of them.",
    reply: AuditReport,
    example: { reply: examples.audit },
  },
} as const satisfies Readonly<Record<string, AccountOperation>>;
