import type { TaskRow } from "../src/contract/service.ts";
import type { AppOptions } from "../src/http/app.ts";
import { administrationOf } from "../src/http/administration-routes.ts";
import { paidAnswers } from "../src/http/paid-request.ts";
import { administration } from "./administration.ts";
import { accountGuard, payments } from "./ledger.ts";
import { paymentProviders } from "./payments.ts";
import type { Variables } from "./variables.ts";
import { x402 } from "./x402.ts";

/** Who pays for answers, the operations of accounts, and the ways to buy credits. Loaded only where accounts are on, as all that it imports. */
export function accounts(
  settings: Variables,
  adminKey: string,
  tasks: readonly TaskRow[],
): Pick<AppOptions, "accounts" | "administration"> {
  const guard = accountGuard();
  const signed = x402(settings, adminKey, tasks, guard);
  return {
    accounts: paidAnswers({ accounts: payments(settings, guard), direct: signed?.requests }),
    administration: administrationOf(administration(adminKey, guard), {
      ...paymentProviders(settings),
      signed: signed?.till,
    }),
  };
}
