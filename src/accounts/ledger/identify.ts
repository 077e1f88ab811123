import type { Refusal } from "../../accounts/ledger-refusal.ts";
import { refuse } from "./refuse.ts";
import type { AccountRow, KeyRow } from "./rows.ts";

/** What a key is to be used for; `tasks` are those that it must be allowed. */
export interface Use {
  readonly scope: string;
  readonly tasks: readonly string[];
}

/** Returns why a key is not valid at a moment; undefined if it is. A rotated key ends after its grace. */
export function endedKey(key: KeyRow | undefined, nowMs: number): Refusal | undefined {
  if (key === undefined) return refuse({ code: "key-invalid" });
  if (key.revokedMs !== null) return refuse({ code: "key-revoked" });
  const endMs = Math.min(key.expiresMs ?? Infinity, key.retiresMs ?? Infinity);
  return endMs <= nowMs ? refuse({ code: "key-expired", successor: key.successor }) : undefined;
}

/** Returns why a valid key may not be used so; undefined if it may. */
function outsideTerms({ terms }: KeyRow, { scope, tasks }: Use): Refusal | undefined {
  if (!terms.scopes.includes(scope)) return refuse({ code: "scope-missing", scope });
  const task = tasks.find((name) => terms.tasks?.includes(name) === false);
  return task === undefined ? undefined : refuse({ code: "scope-missing", scope, task });
}

/** Returns why nothing is charged to a key of an account; undefined if something may be. */
export function whyNot(
  account: AccountRow,
  key: KeyRow | undefined,
  use: Use | undefined,
  nowMs: number,
): Refusal | undefined {
  const ended = endedKey(key, nowMs);
  if (ended !== undefined) return ended;
  const outside = use !== undefined && key !== undefined ? outsideTerms(key, use) : undefined;
  if (outside !== undefined) return outside;
  return account.status === "closed" ? refuse({ code: "account-closed" }) : undefined;
}
