import type * as z from "zod";
import { MICRO_USD } from "../contract/micro-usd.ts";
import { paymentOperations } from "../contract/payment-operations.ts";
import { Problem } from "../contract/problems.ts";
import { type TopUp, TopUpBody } from "../contract/top-ups.ts";
import type { SignedSale, SignedTill, SignedTopUp } from "../payments/signed-till.ts";
import type { PaymentProviders, Till } from "../payments/till.ts";
import { type KeyHolder, keyHolderOf } from "./account-caller.ts";
import {
  type AccountRouteOptions,
  admittedRoute,
  type AdmittedCall,
  privateJson,
  readAccountBody,
} from "./account-route.ts";
import { hasNoKey } from "./authenticate.ts";
import { callerOf } from "./caller.ts";
import { PAYABLE_CODES } from "./direct-call.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import { asProblem, problemResponse } from "./problem-response.ts";
import type { Route } from "./route.ts";

type Body = z.infer<typeof TopUpBody>;

/** Opens a page on which credits are bought for the account of a key. Throws `Problem`. */
async function openTopUp(till: Till, { account, mode }: KeyHolder, body: Body, call: AdmittedCall) {
  const { amount, save_card: savesCard } = body;
  const idempotencyKey = idempotencyKeyOf(call.request.headers);
  const { origin } = new URL(call.request.url);
  return privateJson(await till.open({ account, money: mode, amount, savesCard, idempotencyKey, origin }));
}

function signedReply({ id, account, balance, key }: SignedTopUp, amount: number): TopUp {
  const paid = { id, status: "complete", amount, unit: MICRO_USD, url: null, expires: null } as const;
  return { ...paid, account, balance, ...(key !== undefined && { key }) };
}

/** Settles the payment that a request brings. A problem that a payment ends tells what is to be paid. */
async function paySigned(sale: SignedSale, amount: number, { trace }: AdmittedCall): Promise<Response> {
  try {
    const paid = await sale.pay();
    const response = privateJson(signedReply(paid, amount));
    for (const [name, value] of Object.entries(paid.headers)) response.headers.set(name, value);
    return response;
  } catch (thrown) {
    const problem = asProblem(thrown);
    if (!PAYABLE_CODES.has(problem.code)) throw thrown;
    const response = problemResponse(problem, trace.requestId);
    for (const [name, value] of Object.entries(sale.problemHeaders(problem.detail))) response.headers.set(name, value);
    return response;
  }
}

/** Sells credits to whoever pays in the same request: to the account of its key, or to a new one. Throws `Problem`. */
async function sellSigned(till: SignedTill, holder: KeyHolder | undefined, { amount }: Body, call: AdmittedCall) {
  const { request } = call;
  const account = holder && { id: holder.account, money: holder.mode };
  const { headers } = request;
  const order = { account, amount, address: callerOf(headers), idempotencyKey: idempotencyKeyOf(headers) };
  return paySigned(till.begin(request, order), amount, call);
}

/** Whether a request wants to pay by itself: with the one provider that there is, or with the one of two that it names. */
function isSigned(
  { stripe, signed }: PaymentProviders,
  body: Body,
  { request }: AdmittedCall,
  hasKey: boolean,
): boolean {
  if (signed === undefined || stripe === undefined) return signed !== undefined;
  return !hasKey || body.method === "x402" || request.headers.has("payment-signature");
}

async function holderOf(call: AdmittedCall, { accounts }: AccountRouteOptions): Promise<KeyHolder> {
  const holder = await keyHolderOf(call.request.headers, paymentOperations.topUp.access, accounts);
  if (holder.status.account.status === "open") return holder;
  throw new Problem("account-closed", "The account is closed.");
}

/** The route on which credits are bought. */
export function topUpRoute(providers: PaymentProviders, options: AccountRouteOptions): Route {
  const { stripe, signed } = providers;
  return admittedRoute(paymentOperations.topUp, options, async (call) => {
    const isStranger = signed !== undefined && hasNoKey(call.request.headers);
    const holder = isStranger ? undefined : await holderOf(call, options);
    const body = await readAccountBody(TopUpBody, call);
    if (signed !== undefined && isSigned(providers, body, call, holder !== undefined)) {
      return sellSigned(signed, holder, body, call);
    }
    if (holder === undefined || stripe === undefined) throw new Error("No provider sells this top-up.");
    return openTopUp(stripe.till, holder, body, call);
  });
}
