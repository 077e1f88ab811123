import { Problem } from "../contract/problems.ts";
import { refusesRequest } from "../contract/whole-request.ts";
import type { CallContext } from "../contract/service.ts";

/**
 * Milliseconds for a request with several tasks or images: the largest one takes half of it on two CPU cores, and proxies seldom wait longer. Each
 * answer has the backend's own, shorter, deadline.
 */
export const SEVERAL_TIMEOUT_MS = 120_000;

/** Creates a signal that is aborted after the given time. */
export type Timeout = (milliseconds: number) => AbortSignal;

/** Returns a call that ends when its caller leaves or, with `timeout`, when `SEVERAL_TIMEOUT_MS` have passed. */
export function withDeadline(call: CallContext, timeout: Timeout | undefined): CallContext {
  if (timeout === undefined) return call;
  const deadline = timeout(SEVERAL_TIMEOUT_MS);
  return { ...call, deadline, signal: AbortSignal.any([call.signal, deadline]) };
}

/**
 * Returns the problem of one of several tasks or images: of a call whose deadline has passed, `deadline-exceeded`. Rethrows errors that end the whole
 * request: a cancellation, a bug, or what its account says of the request as a whole.
 */
export function problemOf(thrown: unknown, { deadline }: Pick<CallContext, "deadline">): Problem {
  if (!(thrown instanceof Problem) || refusesRequest(thrown)) throw thrown;
  if (thrown.code !== "request-cancelled") return thrown;
  if (deadline?.aborted !== true) throw thrown;
  const seconds = SEVERAL_TIMEOUT_MS / 1000;
  return new Problem("deadline-exceeded", `The request was not answered within ${seconds} seconds.`, { cause: thrown });
}
