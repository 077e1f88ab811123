import type { AppOptions } from "../src/http/app.ts";
import { administrationRoutes } from "../src/http/administration-routes.ts";
import { paidAnswers } from "../src/http/paid-request.ts";
import { administration } from "./administration.ts";
import { accountGuard, payments } from "./ledger.ts";
import type { Variables } from "./variables.ts";

/** Who pays for answers, and the operations of accounts. Loaded only where accounts are on, as all that it imports. */
export function accounts(settings: Variables, adminKey: string): Pick<AppOptions, "accounts" | "administration"> {
  const guard = accountGuard();
  return {
    accounts: paidAnswers(payments(settings, guard)),
    administration: administrationRoutes(administration(adminKey, guard)),
  };
}
