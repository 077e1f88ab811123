import { keyHash, type KeyMode } from "../accounts/key-codec.ts";
import type { AccountAdmin } from "../accounts/ledger-admin.ts";
import type { AccountLedger, Status } from "../accounts/ledger-port.ts";
import { areEqualSecrets } from "../bytes/equal-secrets.ts";
import { checkScope } from "../charging/known-keys.ts";
import type { Access } from "../contract/account-operation.ts";
import { Problem } from "../contract/problems.ts";
import { isScope } from "../contract/scopes.ts";
import type { AccountsOptions } from "./account-route.ts";
import { authenticate, credentialOf } from "./authenticate.ts";
import { accepted } from "./account-refusal.ts";
import { callerOf } from "./caller.ts";

/** Who sends a valid key. */
export interface KeyHolder {
  readonly account: string;
  /** What the account's keys begin with. */
  readonly mode: KeyMode;
  readonly status: Status;
  readonly ledger: AccountLedger & AccountAdmin;
}

/** Returns who sends a request. Throws `Problem`: the key is missing, is none, has ended, has not the scope that the operation needs, or the guard refuses it. */
export async function keyHolderOf(
  headers: Headers,
  access: Access,
  { ledgerOf, guard }: Pick<AccountsOptions, "ledgerOf" | "guard">,
): Promise<KeyHolder> {
  const parts = authenticate(headers);
  const hash = await keyHash(parts);
  const asked = { keyHash: hash, address: callerOf(headers) };
  const { ledger, status } = await guard.confirm(asked, async () => {
    const account = ledgerOf(parts.account);
    return { ledger: account, status: accepted(await account.status(hash)) };
  });
  if (isScope(access)) checkScope(status.key, access);
  return { account: parts.account, mode: status.account.money, status, ledger };
}

function credential(headers: Headers): string {
  try {
    return credentialOf(headers);
  } catch {
    return "";
  }
}

/** Throws `admin-key-invalid` unless a request has the operator's key. */
export async function checkOperator(headers: Headers, { adminKey }: Pick<AccountsOptions, "adminKey">): Promise<void> {
  if (await areEqualSecrets(credential(headers), adminKey)) return;
  throw new Problem("admin-key-invalid", "The request has no admin key, or another one than this deployment's.");
}
