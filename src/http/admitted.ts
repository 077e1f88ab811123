import type { Payments } from "../charging/payments.ts";
import type {
  AnalyzeRequest,
  BatchRequest,
  CacheDirectives,
  CallContext,
  RequestTrace,
  Service,
  TaskRequest,
  TaskRow,
} from "../contract/service.ts";
import type { Admit, Place } from "./admission.ts";
import type { BodyOptions } from "./body.ts";
import { cacheDirectives } from "./cache-control.ts";
import { callerOf } from "./caller.ts";
import type { Sleep } from "./event-stream.ts";
import { IDEMPOTENCY_HEADER } from "./idempotency-key.ts";
import { paidCall, type Paying } from "./paid-call.ts";
import type { LogError, Respond } from "./problem-response.ts";
import { requestFingerprint } from "./request-fingerprint.ts";
import type { Route } from "./route.ts";

/** What the routes that answer tasks need. */
export interface AnswerRouteOptions {
  readonly tasks: readonly TaskRow[];
  readonly service: Service;
  readonly logError: LogError;
  readonly sleep: Sleep;
  /** Creates a signal that is aborted after the given time, as `AbortSignal.timeout` does; for the deadline of a body. */
  readonly timeout: (milliseconds: number) => AbortSignal;
  readonly admit: Admit;
  /** The accounts that pay for answers; left out where answers cost nothing. */
  readonly accounts?: Payments | undefined;
}

/** A request that was admitted, before its body is read. */
export interface Admitted {
  readonly request: Request;
  readonly trace: RequestTrace;
  readonly call: CallContext;
  readonly place: Place;
  /** How its body is read. */
  readonly body: BodyOptions;
  /** Who pays; undefined where answers cost nothing. */
  readonly paying: Paying | undefined;
}

/** Handles an admitted request. Throws `Problem`. */
export type HandleAdmitted = (admitted: Admitted) => Promise<Response>;

/** A POST that answers: it is paid if answers cost something, and admitted, then handled. `respond` makes the responses of problems. */
export function answerRoute(
  path: string,
  { admit, timeout, accounts }: AnswerRouteOptions,
  { handle, respond }: { readonly handle: HandleAdmitted; readonly respond: Respond },
): Route {
  return {
    method: "POST",
    path,
    handle: (request, trace) => {
      const answer = (call: CallContext, paying?: Paying): Promise<Response> =>
        admit(call.caller, call.signal, (place) =>
          handle({
            request,
            trace,
            call,
            place,
            body: { timeout, ...place.count },
            paying,
          }),
        );
      const call = callOf(request, trace);
      return accounts === undefined ? answer(call) : paidCall(request, { accounts, respond, call, trace }, answer);
    },
  };
}

/** Says what a request asks for, if it has an Idempotency-Key. */
export async function identify(
  { paying, request: { headers, url }, call }: Admitted,
  parsed: TaskRequest | AnalyzeRequest | BatchRequest,
): Promise<void> {
  if (paying === undefined || !headers.has(IDEMPOTENCY_HEADER)) return;
  const { noStore, noCache }: CacheDirectives = call.cache;
  paying.payment.identify(await requestFingerprint(new URL(url).pathname, parsed, noStore || noCache));
}

/** How the answer to a request is sent. */
export function sendingOf({ request: { headers }, paying }: Admitted) {
  return { ifNoneMatch: headers.get("if-none-match"), payment: paying?.payment };
}

function callOf({ headers, signal }: Request, trace: RequestTrace): CallContext {
  const cache = cacheDirectives(headers.get("cache-control"));
  // `fetch` adds `no-cache` to every If-None-Match: together they ask for validation of an answer, not for a new one.
  return {
    signal,
    caller: callerOf(headers),
    trace,
    cache: { ...cache, noCache: cache.noCache && !headers.has("if-none-match") },
  };
}
