import type { AccountBilling, BillingChanges, BillingFacts } from "../accounts/billing-port.ts";
import { AccountBillingBody, type Billing, BillingChangesBody } from "../contract/billing.ts";
import { MICRO_USD } from "../contract/micro-usd.ts";
import { billingOperations } from "../contract/payment-operations.ts";
import { Problem } from "../contract/problems.ts";
import type { BillingOf } from "../payments/till.ts";
import { keyHolderOf } from "./account-caller.ts";
import { accepted } from "./account-refusal.ts";
import { type AccountRouteOptions, admittedRoute, privateJson, readAccountBody } from "./account-route.ts";
import { namedAccount, operatorRoute } from "./admin-routes.ts";
import type { Route } from "./route.ts";

function billingView({ customer, card, lowBalance, autoTopUp }: BillingFacts): Billing {
  return { unit: MICRO_USD, low_balance: lowBalance, auto_top_up: autoTopUp, has_card: card !== null, customer };
}

async function readBilling(billing: AccountBilling): Promise<Billing> {
  return billingView(accepted(await billing.billing()));
}

function unset<Value>(given: Value | "none" | undefined): Value | null | undefined {
  return given === "none" ? null : given;
}

/** What is not given stays; a message between objects would keep `undefined` apart from what is missing. */
function withoutAbsent(changes: {
  readonly [Name in keyof BillingChanges]: BillingChanges[Name] | undefined;
}): BillingChanges {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

/** Changes how an account pays. Throws `top-up-unavailable` if credits are to be bought, and there is no card. */
async function changeBilling(billing: AccountBilling, changes: BillingChanges): Promise<Billing> {
  const reply = await billing.setBilling(changes);
  if (reply.type === "refused" && reply.code === "invalid-request" && reply.field === "card") {
    throw new Problem(
      "top-up-unavailable",
      "No card was saved for the account: buy credits once with `save_card`, and pay, before they can be bought automatically.",
    );
  }
  return billingView(accepted(reply));
}

/** The routes on which the owner of an account, and the operator, say how it pays. */
export function billingRoutes(billingOf: BillingOf, options: AccountRouteOptions): readonly Route[] {
  const { billing, changeBilling: change, accountBilling, changeAccountBilling } = billingOperations;
  const accountOf = async (headers: Headers) => {
    const { account, status } = await keyHolderOf(headers, billing.access, options.accounts);
    return { billing: billingOf(account), isClosed: status.account.status === "closed" };
  };
  return [
    admittedRoute(billing, options, async ({ request }) =>
      privateJson(await readBilling((await accountOf(request.headers)).billing)),
    ),
    admittedRoute(change, options, async (call) => {
      const { billing: own, isClosed } = await accountOf(call.request.headers);
      if (isClosed) throw new Problem("account-closed", "The account is closed.");
      const { low_balance: low, auto_top_up: auto } = await readAccountBody(BillingChangesBody, call);
      return privateJson(await changeBilling(own, withoutAbsent({ lowBalance: unset(low), autoTopUp: unset(auto) })));
    }),
    operatorRoute(accountBilling, options, async (call) => readBilling(billingOf(namedAccount(call, options).account))),
    operatorRoute(changeAccountBilling, options, async (call) => {
      const { account } = namedAccount(call, options);
      const { low_balance: low, auto_top_up: auto, customer } = await readAccountBody(AccountBillingBody, call);
      const changes = { lowBalance: unset(low), autoTopUp: unset(auto), customer: unset(customer) };
      // The card belongs to the customer of before.
      return changeBilling(
        billingOf(account),
        withoutAbsent({ ...changes, ...(customer !== undefined && { card: null, autoTopUp: null }) }),
      );
    }),
  ];
}
