import * as z from "zod";
import { accountExamples as examples } from "./account-examples.ts";
import { Day, ListFormat, pageParameters } from "./account-fields.ts";
import type { AccountOperation } from "./account-operation.ts";
import { ChargeHistory, EntryList, Key, KeyList, Me, NewKey, Pricing, Quote, Usage } from "./account-schemas.ts";
import { NewKeyBody, RotateBody } from "./admin-schemas.ts";
import { KeyChangesBody } from "./key-changes.ts";
import { pricing } from "./pricing.ts";
import { QuoteBody } from "./quote.ts";

/** Longest period of a report, in days: a leap year. */
export const MAX_USAGE_DAYS = 366;

/** What usage can be grouped by, in the order in which rows are sorted. */
export const usageGroups = ["day", "task", "key"] as const;

/** Query parameters of usage. */
export const UsageParameters = z.strictObject({
  from: Day.optional().meta({ description: "First UTC day; by default the first of this month." }),
  to: Day.optional().meta({
    description: `Last UTC day; by default today. At most ${MAX_USAGE_DAYS} days after \`from\`.`,
  }),
  group_by: z
    .string()
    .regex(/^(?:day|task|key)(?:,(?:day|task|key)){0,2}$/, "Send some of day, task and key, separated by commas.")
    .optional()
    .meta({
      description: "Some of `day`, `task` and `key`, separated by commas; `day` by default.",
      example: "day,task",
    }),
  format: ListFormat,
  ...pageParameters,
});

/** Query parameters of a list of entries. */
export const EntryParameters = z.strictObject({
  from: Day.optional().meta({ description: "First UTC day." }),
  to: Day.optional().meta({ description: "Last UTC day." }),
  key: z.string().max(20, "This is no id of a key.").optional().meta({ description: "Id of a key." }),
  format: ListFormat,
  ...pageParameters,
});

/** The operations for who has a key, by the name of their handler; and those that tell prices to anybody. */
export const accountOperations = {
  pricing: {
    method: "GET",
    path: "/v1/pricing",
    id: "pricing",
    tag: "prices",
    summary: "What every task costs",
    description:
      "The price of a request is known before it is sent: it depends on the request alone. Failures and repeats are free.",
    access: "anybody",
    problems: "Service",
    reply: Pricing,
    example: { reply: pricing },
  },
  quote: {
    method: "POST",
    path: "/v1/quote",
    id: "quote",
    tag: "prices",
    summary: "What a request would cost",
    description:
      "Send the body of a task (with its name as `task`), of analyze or of batch; without the picture, if you like. Nothing is charged or reserved. The price is an upper bound: repeats within 24 hours and equal prompts are free.",
    access: "anybody",
    problems: "Quote",
    body: QuoteBody,
    reply: Quote,
    example: { body: examples.quoteBody, reply: examples.quote },
  },
  me: {
    method: "GET",
    path: "/v1/me",
    id: "me",
    tag: "account",
    summary: "The key's account, credits and limits",
    description: "Any valid key may ask.",
    access: "key",
    problems: "Account",
    reply: Me,
    example: { reply: examples.me },
  },
  usage: {
    method: "GET",
    path: "/v1/usage",
    id: "usage",
    tag: "account",
    summary: "What the account was charged, by day, task and key",
    description: "Days are UTC. Sums are exact: they are those of the charges.",
    access: "usage:read",
    problems: "AccountList",
    query: UsageParameters,
    reply: Usage,
    isList: true,
    example: { reply: examples.usage },
  },
  charges: {
    method: "GET",
    path: "/v1/charges",
    id: "charges",
    tag: "account",
    summary: "The account's charges and refunds, newest first",
    description: "One for each generation that was charged.",
    access: "usage:read",
    problems: "AccountList",
    query: EntryParameters,
    reply: EntryList,
    isList: true,
    example: { reply: examples.entries },
  },
  charge: {
    method: "GET",
    path: "/v1/charges/{charge}",
    id: "charge",
    tag: "account",
    summary: "What happened under the id of a charge",
    description: "The id is in the `Charge` header of the answer. The same question on another day has the same id.",
    access: "usage:read",
    problems: "AccountList",
    reply: ChargeHistory,
    example: { reply: examples.chargeHistory },
  },
  keys: {
    method: "GET",
    path: "/v1/keys",
    id: "listKeys",
    tag: "account",
    summary: "The account's keys",
    description: "Also those that have ended. Never the keys themselves.",
    access: "keys:write",
    problems: "AccountList",
    reply: KeyList,
    example: { reply: examples.keyList },
  },
  createKey: {
    method: "POST",
    path: "/v1/keys",
    id: "createKey",
    tag: "account",
    summary: "Create a key",
    description: "The reply is the only one that shows it.",
    access: "keys:write",
    problems: "AccountChange",
    body: NewKeyBody,
    reply: NewKey,
    example: { body: examples.newKeyBody, reply: examples.newKey },
  },
  changeKey: {
    method: "POST",
    path: "/v1/keys/{key}",
    id: "changeKey",
    tag: "account",
    summary: "Change a key's name or limits",
    description:
      "What is left out stays. It holds at once where credits are spent. Those that the key was rotated from or to are changed with it. A key cannot change itself.",
    access: "keys:write",
    problems: "AccountChange",
    body: KeyChangesBody,
    reply: Key,
    example: { body: examples.keyChangesBody, reply: examples.changedKey },
  },
  rotateKey: {
    method: "POST",
    path: "/v1/keys/{key}/rotate",
    id: "rotateKey",
    tag: "account",
    summary: "Replace a key",
    description:
      "The new key has the same name, limits and expiry, and both have one budget. The old one ends after `grace_seconds`.",
    access: "keys:write",
    problems: "AccountChange",
    body: RotateBody,
    reply: NewKey,
    example: { body: examples.rotateBody, reply: examples.newKey },
  },
  revokeKey: {
    method: "DELETE",
    path: "/v1/keys/{key}",
    id: "revokeKey",
    tag: "account",
    summary: "Revoke a key at once",
    description: "What it has in progress is still answered. A key can revoke itself.",
    access: "keys:write",
    problems: "AccountList",
    reply: Key,
    example: { reply: { ...examples.key, status: "revoked", revoked: "2026-11-30T10:00:00.000Z" } },
  },
} as const satisfies Readonly<Record<string, AccountOperation>>;
