import type { AccountDirectory } from "./directory-port.ts";
import type { AccountAdmin } from "./ledger-admin.ts";
import type { AccountLedger } from "./ledger-port.ts";

/** All accounts of a deployment. Every method throws `Problem`: `ledger-unavailable` if an account cannot be reached, and then its outcome is unknown. */
export interface Accounts {
  /** The ledger of an account, by its id. It does no I/O: whether there is such an account, its methods tell. */
  readonly ledgerOf: (account: string) => AccountLedger & AccountAdmin;
  readonly directory: AccountDirectory;
}
