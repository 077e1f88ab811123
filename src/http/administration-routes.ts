import type { WaysToPay } from "../contract/payment-operations.ts";
import type { PaymentProviders } from "../payments/till.ts";
import type { AccountRouteOptions, AccountsOptions } from "./account-route.ts";
import { accountRoutes } from "./account-routes.ts";
import { adminRoutes } from "./admin-routes.ts";
import { billingRoutes } from "./billing-routes.ts";
import type { Route } from "./route.ts";
import { stripeWebhookRoute } from "./stripe-webhook.ts";
import { topUpRoute } from "./top-up-routes.ts";

/** The operations of accounts. The application gets them as a value: without accounts nothing of them is loaded. */
export interface Administration {
  /** The ways to buy credits, as the document lists them; undefined without one. */
  readonly ways: WaysToPay | undefined;
  /** Returns the routes, once the application says what it shares with them. */
  routes(options: Omit<AccountRouteOptions, "accounts">): readonly Route[];
}

function waysToPay({ stripe, signed }: PaymentProviders): WaysToPay | undefined {
  const ways = { hasStripe: stripe !== undefined, hasX402: signed !== undefined };
  return ways.hasStripe || ways.hasX402 ? ways : undefined;
}

function paymentRoutes(providers: PaymentProviders, options: AccountRouteOptions): readonly Route[] {
  const { stripe } = providers;
  const ofStripe =
    stripe === undefined
      ? []
      : [...billingRoutes(stripe.billingOf, options), stripeWebhookRoute(stripe.events, options)];
  return [topUpRoute(providers, options), ...ofStripe];
}

/** The operations of accounts, for customers, payers and the operator. */
export function administrationOf(accounts: AccountsOptions, providers: PaymentProviders = {}): Administration {
  const ways = waysToPay(providers);
  return {
    ways,
    routes: (shared) => {
      const options = { ...shared, accounts };
      const paying = ways === undefined ? [] : paymentRoutes(providers, options);
      return [...accountRoutes(options), ...paying, ...adminRoutes(options)];
    },
  };
}
