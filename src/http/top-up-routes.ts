import { paymentOperations } from "../contract/payment-operations.ts";
import { Problem } from "../contract/problems.ts";
import { TopUpBody } from "../contract/top-ups.ts";
import type { Till } from "../payments/till.ts";
import { type KeyHolder, keyHolderOf } from "./account-caller.ts";
import {
  type AccountRouteOptions,
  admittedRoute,
  type AdmittedCall,
  privateJson,
  readAccountBody,
} from "./account-route.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import type { Route } from "./route.ts";

/** Opens a page on which credits are bought for the account of a key. Throws `Problem`. */
async function openTopUp(till: Till, { account, mode, status }: KeyHolder, call: AdmittedCall): Promise<Response> {
  if (status.account.status === "closed") throw new Problem("account-closed", "The account is closed.");
  const idempotencyKey = idempotencyKeyOf(call.request.headers);
  const { amount, save_card: savesCard } = await readAccountBody(TopUpBody, call);
  const { origin } = new URL(call.request.url);
  return privateJson(await till.open({ account, money: mode, amount, savesCard, idempotencyKey, origin }));
}

/** The route on which credits are bought. */
export function topUpRoute(till: Till, options: AccountRouteOptions): Route {
  const { topUp } = paymentOperations;
  return admittedRoute(topUp, options, async (call) =>
    openTopUp(till, await keyHolderOf(call.request.headers, topUp.access, options.accounts), call),
  );
}
