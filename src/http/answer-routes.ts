import type { DirectPayments } from "../charging/direct-payment.ts";
import type { Payments } from "../charging/payments.ts";
import { Problem } from "../contract/problems.ts";
import type {
  AnalyzeRequest,
  Analyzed,
  BatchRequest,
  CacheDirectives,
  CallContext,
  RequestTrace,
  Service,
  TaskRequest,
  TaskRow,
} from "../contract/service.ts";
import { ANALYZE_PATH, BATCH_PATH } from "../contract/several-operations.ts";
import { taskPath } from "../contract/task-operations.ts";
import type { Admit, Place } from "./admission.ts";
import { analyzeResults, readAnalyzeRequest } from "./analyze.ts";
import { answerBody, jsonBody, jsonBodyOf } from "./answer-body.ts";
import { answerEvents } from "./answer-events.ts";
import { answerResponse } from "./answer-response.ts";
import { hasNoKey } from "./authenticate.ts";
import { readBatchRequest } from "./batch.ts";
import type { BodyOptions } from "./body.ts";
import { cacheDirectives } from "./cache-control.ts";
import { callerOf } from "./caller.ts";
import { checkedUnits } from "./check-work.ts";
import { directCall } from "./direct-call.ts";
import type { Sleep } from "./event-stream.ts";
import { paidCall } from "./paid-call.ts";
import type { Asked, Paying } from "./paying.ts";
import { loggedProblem, type LogError } from "./problem-response.ts";
import { requestFingerprint } from "./request-fingerprint.ts";
import type { Route } from "./route.ts";
import { type CheckTask, optionsOf } from "./task-item.ts";
import { optionsBeforeBody, readTaskRequest } from "./task-request.ts";

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
  /** Who is paid by requests without a key; left out where all need a key. */
  readonly direct?: DirectPayments | undefined;
}

/** A request that was admitted, before its body is read. */
interface Admitted {
  readonly request: Request;
  readonly trace: RequestTrace;
  readonly call: CallContext;
  readonly place: Place;
  /** How its body is read. */
  readonly body: BodyOptions;
  /** Who pays; undefined where answers cost nothing. */
  readonly paying: Paying | undefined;
}

/** The routes that answer tasks: each task, and several at once. */
export function answerRoutes(options: AnswerRouteOptions): readonly Route[] {
  const { tasks, service } = options;
  const analyze = several(options, {
    read: (request, body, check) => readAnalyzeRequest(tasks, request, body, check),
    countImages: () => 1,
    answer: (parsed, call) => service.analyze(parsed, call),
  });
  const batch = several(options, {
    read: (request, body, check) => readBatchRequest(tasks, request, body, check),
    countImages: (valid) => valid,
    answer: (parsed, call) => service.batch(parsed, call),
  });
  return [
    ...tasks.map((row) => answerRoute(taskPath(row.name), options, single(row, options))),
    answerRoute(ANALYZE_PATH, options, analyze),
    answerRoute(BATCH_PATH, options, batch),
  ];
}

type HandleAdmitted = (admitted: Admitted) => Promise<Response>;

function answerRoute(path: string, options: AnswerRouteOptions, handle: HandleAdmitted): Route {
  const { admit, timeout, accounts, direct, logError } = options;
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
      if (accounts === undefined) return answer(call);
      const paid = { logError, call, trace };
      if (direct === undefined || !hasNoKey(request.headers)) return paidCall(request, { ...paid, accounts }, answer);
      return directCall(request, { ...paid, direct, waitUntil: accounts.waitUntil }, answer);
    },
  };
}

/** What a validated request asks for. */
function askedBy(
  { url }: Request,
  parsed: TaskRequest | AnalyzeRequest | BatchRequest,
  { noStore, noCache }: CacheDirectives,
): Asked {
  return {
    items: "items" in parsed ? parsed.items : [parsed],
    fingerprint: () => requestFingerprint(new URL(url).pathname, parsed, noStore || noCache),
  };
}

/** Handles a request for one task. */
function single(row: TaskRow, { service, sleep, timeout, logError }: AnswerRouteOptions): HandleAdmitted {
  return async ({ request, trace: { requestId }, call, place, body, paying }) => {
    paying?.checkTask(row.name);
    paying?.askEarly(() => {
      const options = optionsBeforeBody(row, request);
      if (options === undefined) return undefined;
      checkedUnits([options], 1);
      return [{ task: row.name, options }];
    });
    const taskRequest = await readTaskRequest(row, request, body);
    place.begin(checkedUnits([taskRequest.options], 1));
    await paying?.ask(askedBy(request, taskRequest, call.cache));
    if (taskRequest.options.stream === true) {
      const problemOf = (thrown: unknown): Problem => loggedProblem(thrown, requestId, logError);
      return answerEvents(
        (emit, signal) => place.during(() => service.stream(taskRequest, { ...call, signal }, emit)),
        { signal: call.signal, sleep, requestId, problemOf, paying },
      );
    }
    const answered = await service.answer(taskRequest, call);
    const holdUntil = (ended: Promise<void>): void => void place.during(() => ended);
    const answer = answerBody(answered.answer, { timeout, holdUntil });
    return answerResponse(answer, { ...answered, ...sendingOf(request, paying) });
  };
}

function sendingOf({ headers }: Request, paying: Paying | undefined) {
  return { ifNoneMatch: headers.get("if-none-match"), payment: paying?.payment };
}

interface SeveralOptions<Parsed> {
  readonly read: (request: Request, body: BodyOptions, check: CheckTask) => Promise<Parsed>;
  /** The number of images, given that of the valid items. */
  readonly countImages: (valid: number) => number;
  readonly answer: (parsed: Parsed, call: CallContext) => Promise<Analyzed>;
}

/** Handles several tasks in one request: `read` parses it, `answer` returns each item's result. A problem that several items share is logged once. */
function several<Parsed extends AnalyzeRequest | BatchRequest>(
  { logError }: AnswerRouteOptions,
  { read, countImages, answer }: SeveralOptions<Parsed>,
): HandleAdmitted {
  return async ({ request, trace: { requestId }, call, place, body, paying }) => {
    const check: CheckTask = (task) => paying?.checkTask(task);
    const parsed = await read(request, body, check);
    const valid = optionsOf(parsed.items);
    place.begin(checkedUnits(valid, countImages(valid.length)));
    await paying?.ask(askedBy(request, parsed, call.cache));
    const answered = await answer(parsed, call);
    paying?.checkResults(answered.results);
    const failures = new Set(answered.results.filter((result) => result instanceof Problem));
    for (const failure of failures) loggedProblem(failure, requestId, logError);
    const bodyOf = (id: string) => ({ results: analyzeResults(parsed, answered, id) });
    // Only problems contain the id: without one, the body is written once.
    const json = failures.size > 0 ? jsonBodyOf(bodyOf, requestId) : jsonBody(bodyOf(requestId));
    return answerResponse(json, { ...answered, ...sendingOf(request, paying) });
  };
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
