import type { KnownKey } from "../charging/known-keys.ts";
import type { Payments } from "../charging/payments.ts";
import type { CallContext, RequestTrace } from "../contract/service.ts";
import { credentialOf } from "./authenticate.ts";
import { IDEMPOTENCY_HEADER, idempotencyKeyOf } from "./idempotency-key.ts";
import { maxPriceOf } from "./max-price.ts";
import { rateHeaders } from "./payment-headers.ts";
import type { OwnCall } from "./own-calls.ts";
import type { Respond } from "./problem-response.ts";
import { type PaidWork, runPaid } from "./run-paid.ts";

/** What a paid call needs. */
export interface PaidCallOptions {
  readonly accounts: Payments;
  /** Makes the responses of problems. */
  readonly respond: Respond;
  /** The request as it would be without accounts. */
  readonly call: CallContext;
  readonly trace: RequestTrace;
  /** Undefined for a request from outside. */
  readonly own?: OwnCall | undefined;
}

/** The key of a request, or that of whoever this deployment asks itself for. */
function keyOf({ headers }: Request, { accounts, call, own }: PaidCallOptions): Promise<KnownKey> {
  const payer = own?.payer;
  if (payer !== undefined) return accounts.authorizeHash(payer);
  return accounts.authorize(credentialOf(headers), call.caller);
}

/**
 * Handles a request whose key pays for it. Throws the problems of the key, before anything else of the request is read; all others become responses, which have the
 * state of the key's rates.
 */
export async function paidCall(request: Request, options: PaidCallOptions, work: PaidWork): Promise<Response> {
  const { accounts, call, trace, own } = options;
  const { headers, signal } = request;
  const key = await keyOf(request, options);
  const asking = {
    key,
    requestId: trace.requestId,
    isFresh: call.cache.noStore || call.cache.noCache,
    idempotencyKey: idempotencyKeyOf(headers),
    maxPrice: maxPriceOf(headers),
    hasLeft: () => signal.aborted,
    priceClass: own?.priceClass,
    isCounted: own?.isCounted,
  };
  return runPaid(
    {
      ...options,
      waitUntil: accounts.waitUntil,
      begin: (onCommit) => accounts.begin({ ...asking, onCommit }),
      callOf: () => ({
        ...call,
        caller: key.account,
        account: key.account,
        cacheOwner: accounts.cacheOwner(key),
      }),
      rulesOf: (payment) => ({
        holder: { account: key.account, keyHash: key.hash },
        checkTask: (task) => accounts.checkTask(key, task),
        askEarly: () => {},
        ask: async ({ fingerprint }) => {
          if (headers.has(IDEMPOTENCY_HEADER)) payment.identify(await fingerprint());
        },
        // Each part has a charge of its own.
        checkResults: () => {},
        isToldInHeaders: false,
      }),
      headersOf: (payment) => rateHeaders(payment.report()),
    },
    work,
  );
}
