import type { CallContext, RequestTrace, Service, TaskRow } from "../contract/service.ts";
import type { JobsMount } from "../contract/jobs-port.ts";
import { type Admit, type Place, whenAborted } from "./admission.ts";
import type { BodyOptions } from "./body.ts";
import { cacheDirectives } from "./cache-control.ts";
import { callerOf } from "./caller.ts";
import type { Sleep } from "./event-stream.ts";
import type { OwnCall, OwnCalls } from "./own-calls.ts";
import type { PaidAnswers, PaidRequest } from "./paid-request.ts";
import type { LogError, Respond } from "./problem-response.ts";
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
  readonly accounts?: PaidAnswers | undefined;
  /** Which requests are this deployment's own; none by default. */
  readonly ownCalls?: OwnCalls | undefined;
  /** Where requests are kept that are answered later; left out where there is no such place. */
  readonly jobs?: JobsMount | undefined;
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
  readonly paid: PaidRequest | undefined;
  /** Undefined for a request from outside. */
  readonly own: OwnCall | undefined;
}

/** What is still to be waited for without a place, so that whoever works for it has one. Throws `Problem`. */
export interface WithoutPlace {
  readonly after: () => Promise<Response>;
}

/** Handles an admitted request. Throws `Problem`. */
export type HandleAdmitted = (admitted: Admitted) => Promise<Response | WithoutPlace>;

/** A POST that answers: it is paid if answers cost something, and admitted, then handled. `respond` makes the responses of problems. */
export function answerRoute(
  path: string,
  { admit, timeout, accounts, ownCalls }: AnswerRouteOptions,
  { handle, respond }: { readonly handle: HandleAdmitted; readonly respond: Respond },
): Route {
  return {
    method: "POST",
    path,
    handle: (request, trace) => {
      const own = ownCalls?.of(request);
      const answer = async (call: CallContext, paid?: PaidRequest): Promise<Response> => {
        const answered = await admit(
          { caller: call.caller, whenLeft: paid?.whenLeft ?? whenAborted(call.signal) },
          (place) =>
            handle({
              request,
              trace,
              call,
              place,
              body: { timeout, ...place.count },
              paid,
              own,
            }),
        );
        return "after" in answered ? answered.after() : answered;
      };
      const call = callOf(request, trace);
      return accounts === undefined ? answer(call) : accounts.call(request, { respond, call, trace, own }, answer);
    },
  };
}

/** How the answer to a request is sent. */
export function sendingOf({ request: { headers }, paid }: Admitted) {
  return { ifNoneMatch: headers.get("if-none-match"), paid };
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
