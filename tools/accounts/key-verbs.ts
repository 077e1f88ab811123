import type * as z from "zod";
import { Key, KeyList, NewKey } from "../../src/contract/account-schemas.ts";
import type { AdminClient, AdminRequest } from "./admin-client.ts";
import { keyBody, keyChangesBody, rotateBody } from "./bodies.ts";
import { columns } from "./columns.ts";
import type { AccountFlags } from "./flags.ts";
import { type AccountVerb, post, type Shown } from "./verb.ts";

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

/** The options for the terms of a key. */
const termFlags = [
  "name",
  "scopes",
  "tasks",
  "cap-day",
  "cap-month",
  "cap-total",
  "expires",
  "concurrency",
  "rate",
] as const satisfies readonly (keyof AccountFlags)[];

/** The verbs for the keys of an account. */
export const keyVerbs: Readonly<Record<string, AccountVerb>> = {
  "key list": {
    words: ["id"],
    run: async ({ client, words: [id = ""] }) => {
      const { keys } = await client.ask(KeyList, { path: `/${id}/keys` });
      return { json: keys, text: keysText(keys) };
    },
  },
  "key create": {
    words: ["id"],
    flags: termFlags,
    run: ({ client, flags, words: [id = ""] }) => makeKey(client, post(`/${id}/keys`, keyBody(flags))),
  },
  "key change": {
    words: ["id", "key"],
    flags: termFlags,
    run: async ({ client, flags, words: [id = "", key = ""] }) => {
      const changed = await client.ask(Key, post(`/${id}/keys/${key}`, keyChangesBody(flags)));
      return { json: changed, text: keysText([changed]) };
    },
  },
  "key rotate": {
    words: ["id", "key"],
    flags: ["grace"],
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
