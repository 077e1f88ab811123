import type { JobPayer } from "../contract/jobs-port.ts";
import type { PriceClass } from "../contract/prices.ts";

/** For whom, and how, this deployment asks itself: for a job, or for a line of a batch. */
export interface OwnCall {
  /** Who pays; left out where there are no accounts. */
  readonly payer?: JobPayer | undefined;
  readonly priceClass: PriceClass;
  /** Whether it counts against the rates of the key. */
  readonly isCounted: boolean;
}

/** Which requests come from this deployment itself. */
export interface OwnCalls {
  /** Marks a request that is then handled in this process. */
  mark(request: Request, call: OwnCall): Request;
  /** Undefined for a request from outside: nothing that is sent can make it another. */
  of(request: Request): OwnCall | undefined;
}

/** Creates the memory of a process for its own requests. What it knows ends with each of them. */
export function createOwnCalls(): OwnCalls {
  const calls = new WeakMap<Request, OwnCall>();
  return {
    mark: (request, call) => {
      calls.set(request, call);
      return request;
    },
    of: (request) => calls.get(request),
  };
}
