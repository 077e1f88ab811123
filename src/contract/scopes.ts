import * as z from "zod";

/** What a key may do. A new scope is a row here; an operation names the one it needs. */
export const scopes = {
  infer: "Ask the model: every task, analyze and batch. Costs credits.",
  "usage:read": "Read the account's usage and charges, its webhooks, and how events were told.",
  "keys:write":
    "Create, list, change, rotate and revoke keys of the account; create, remove and test its webhooks, and make their secrets.",
  "billing:write": "Add credits to the account.",
} as const satisfies Readonly<Record<string, string>>;

/** The name of a scope. */
export type Scope = keyof typeof scopes;

/** Whether a text is the name of a scope. */
export function isScope(name: string): name is Scope {
  return Object.hasOwn(scopes, name);
}

/** All scopes, in the order of the table. */
export const scopeNames = Object.keys(scopes).filter(isScope);

/** The scopes of a key that nobody asked for others: enough to work with, and nothing that a leaked key could do lasting harm with. */
export const DEFAULT_SCOPES = ["infer", "usage:read"] as const satisfies readonly Scope[];

/** The name of a scope in a request. */
export const ScopeName = z
  .enum(scopeNames, `Send one of ${scopeNames.join(", ")}.`)
  .meta({ id: "Scope", description: scopeNames.map((name) => `\`${name}\`: ${scopes[name]}`).join(" ") });
