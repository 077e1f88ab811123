import type { AccountRouteOptions, AccountsOptions } from "./account-route.ts";
import { accountRoutes } from "./account-routes.ts";
import { adminRoutes } from "./admin-routes.ts";
import type { Route } from "./route.ts";

/** Returns the routes of accounts, once the application says what it shares with them. The application gets it as a value: without accounts nothing of them is loaded. */
export type Administration = (options: Omit<AccountRouteOptions, "accounts">) => readonly Route[];

/** The operations of accounts, for customers and for the operator. */
export function administrationRoutes(accounts: AccountsOptions): Administration {
  return (options) => [...accountRoutes({ ...options, accounts }), ...adminRoutes({ ...options, accounts })];
}
