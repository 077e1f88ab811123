import { accountExamples as examples } from "./account-examples.ts";
import type { AccountOperation } from "./account-operation.ts";
import { Key, KeyList, NewKey } from "./account-schemas.ts";
import { NewKeyBody, RotateBody } from "./admin-schemas.ts";
import { KeyChangesBody } from "./key-changes.ts";

const operator = { tag: "administration", access: "operator" } as const;

/** What operations have in common with which the operator reads. */
export const read = { ...operator, method: "GET", problems: "Admin" } as const;

/** What operations have in common with which the operator changes something. */
export const change = { ...operator, method: "POST", problems: "AdminChange" } as const;

const KEYS = "/admin/v1/accounts/{account}/keys";

/** The operator's operations on the keys of an account, by the name of their handler. */
export const adminKeyOperations = {
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
  changeAccountKey: {
    ...change,
    path: `${KEYS}/{key}`,
    id: "changeAccountKey",
    summary: "Change a key's name or limits",
    description:
      "What is left out stays. It holds at once where credits are spent. Those that the key was rotated from or to are changed with it.",
    body: KeyChangesBody,
    reply: Key,
    example: { body: examples.keyChangesBody, reply: examples.changedKey },
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
} as const satisfies Readonly<Record<string, AccountOperation>>;
