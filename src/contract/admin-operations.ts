import * as z from "zod";
import { accountExamples as examples } from "./account-examples.ts";
import { pageParameters } from "./account-fields.ts";
import { adminKeyOperations, change, read } from "./admin-key-operations.ts";
import type { AccountOperation } from "./account-operation.ts";
import { EntryParameters, UsageParameters } from "./account-operations.ts";
import { EntryList, Usage } from "./account-schemas.ts";
import {
  Account,
  AccountChangesBody,
  AccountList,
  AdjustBody,
  Adjusted,
  AuditReport,
  GrantBody,
  Granted,
  NewAccountBody,
  RefundBody,
  Refunded,
} from "./admin-schemas.ts";

/** Query parameters of the list of accounts. */
export const AccountParameters = z.strictObject(pageParameters);

const ACCOUNTS = "/admin/v1/accounts";
const ACCOUNT = `${ACCOUNTS}/{account}`;

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
  adjust: {
    ...change,
    path: `${ACCOUNT}/adjustments`,
    id: "adjustBalance",
    summary: "Correct a balance",
    description:
      "For a payment that was taken back, or a mistake: one more entry, of the kind `adjust`. It takes no credits that are held for work in progress, and none below the credit limit.",
    movesMoney: true,
    body: AdjustBody,
    reply: Adjusted,
    example: { body: examples.adjustBody, reply: examples.adjusted },
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
  ...adminKeyOperations,
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
