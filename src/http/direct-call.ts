import type { DirectPayment, DirectPayments } from "../charging/direct-payment.ts";
import { requestPrice } from "../contract/prices.ts";
import { Problem } from "../contract/problems.ts";
import type { CallContext, RequestTrace } from "../contract/service.ts";
import { maxPriceOf } from "./max-price.ts";
import type { Asked } from "./paying.ts";
import type { Respond } from "./problem-response.ts";
import { type PaidWork, runPaid } from "./run-paid.ts";

/** What a call needs that brings its own payment. */
export interface DirectCallOptions {
  readonly direct: DirectPayments;
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Makes the responses of problems. */
  readonly respond: Respond;
  /** The request as it would be without accounts. */
  readonly call: CallContext;
  readonly trace: RequestTrace;
}

/** A payment is for all of a request: the problem of one part, with its place, is that of the whole. */
function partProblem(cause: Problem, index: number): Problem {
  const { code, detail, issues } = cause;
  const whole = `Item ${index}: ${detail} Nothing was charged, since the payment is for all items together.`;
  return new Problem(code, whole, { issues, cause });
}

/** Throws the first of some problems. */
function checkParts(parts: readonly unknown[]): void {
  const index = parts.findIndex((part) => part instanceof Problem);
  const problem = parts[index];
  if (problem instanceof Problem) throw parts.length === 1 ? problem : partProblem(problem, index);
}

function problemsIn(items: Asked["items"]): readonly unknown[] {
  return items.map((item) => ("problem" in item ? item.problem : undefined));
}

/** Codes of problems that a payment ends, or another one: their responses say what is to be paid. */
export const PAYABLE_CODES: ReadonlySet<string> = new Set(["payment-required", "payment-invalid"]);

function rulesOf(payment: DirectPayment) {
  const quote = (items: Asked["items"]): void => {
    checkParts(problemsIn(items));
    payment.quote(requestPrice(items));
  };
  return {
    holder: undefined,
    checkTask: () => {},
    askEarly: (read: () => Asked["items"] | undefined) => {
      const items = read();
      if (items !== undefined) quote(items);
    },
    ask: async ({ items, fingerprint }: Asked) => {
      quote(items);
      await payment.open(await fingerprint());
    },
    checkResults: checkParts,
    isToldInHeaders: true,
  };
}

/** Handles a request that has no key, and brings its payment or is told what it costs. */
export function directCall(request: Request, options: DirectCallOptions, work: PaidWork): Promise<Response> {
  const { direct, call, trace } = options;
  const { headers, signal } = request;
  const asking = {
    request,
    requestId: trace.requestId,
    address: call.caller,
    maxPrice: maxPriceOf(headers),
    hasLeft: () => signal.aborted,
  };
  return runPaid(
    {
      ...options,
      begin: (onCommit) => direct.begin({ ...asking, onCommit }),
      callOf: ({ cacheOwner }) => ({ ...call, cacheOwner }),
      rulesOf,
      headersOf: (payment, { code, detail }) => (PAYABLE_CODES.has(code) ? payment.problemHeaders(detail) : {}),
    },
    work,
  );
}
