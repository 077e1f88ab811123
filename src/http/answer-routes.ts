import { Problem } from "../contract/problems.ts";
import type {
  AnalyzeRequest,
  Analyzed,
  BatchRequest,
  CallContext,
  RequestTrace,
  Service,
  TaskRow,
} from "../contract/service.ts";
import { ANALYZE_PATH, BATCH_PATH, taskPath } from "../contract/paths.ts";
import { type Admit, type Place, whenAborted } from "./admission.ts";
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
import type { Sleep } from "./event-stream.ts";
import type { PaidAnswers, PaidRequest } from "./paid-request.ts";
import { loggedProblem, type LogError } from "./problem-response.ts";
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
  readonly accounts?: PaidAnswers | undefined;
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
  readonly paid: PaidRequest | undefined;
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
  const { admit, timeout, accounts, logError } = options;
  return {
    method: "POST",
    path,
    handle: (request, trace) => {
      const answer = (call: CallContext, paid?: PaidRequest): Promise<Response> =>
        admit({ caller: call.caller, whenLeft: paid?.whenLeft ?? whenAborted(call.signal) }, (place) =>
          handle({
            request,
            trace,
            call,
            place,
            body: { timeout, ...place.count },
            paid,
          }),
        );
      const call = callOf(request, trace);
      return accounts === undefined ? answer(call) : accounts.call(request, { logError, call, trace }, answer);
    },
  };
}

/** Handles a request for one task. */
function single(row: TaskRow, { service, sleep, timeout, logError }: AnswerRouteOptions): HandleAdmitted {
  return async ({ request, trace: { requestId }, call, place, body, paid }) => {
    paid?.checkTask(row.name);
    paid?.askEarly(() => {
      const options = optionsBeforeBody(row, request);
      return options && [{ task: row.name, options }];
    });
    const taskRequest = await readTaskRequest(row, request, body);
    place.begin(checkedUnits([taskRequest.options], 1));
    await paid?.ask(taskRequest, call.cache);
    if (taskRequest.options.stream === true) {
      const problemOf = (thrown: unknown): Problem => loggedProblem(thrown, requestId, logError);
      return answerEvents(
        (emit, signal) => place.during(() => service.stream(taskRequest, { ...call, signal }, emit)),
        { signal: call.signal, sleep, requestId, problemOf, paid },
      );
    }
    const answered = await service.answer(taskRequest, call);
    const holdUntil = (ended: Promise<void>): void => void place.during(() => ended);
    const answer = answerBody(answered.answer, { timeout, holdUntil });
    return answerResponse(answer, { ...answered, ...sendingOf(request, paid) });
  };
}

function sendingOf({ headers }: Request, paid: PaidRequest | undefined) {
  return { ifNoneMatch: headers.get("if-none-match"), paid };
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
  return async ({ request, trace: { requestId }, call, place, body, paid }) => {
    const check: CheckTask = (task) => paid?.checkTask(task);
    const parsed = await read(request, body, check);
    const valid = optionsOf(parsed.items);
    place.begin(checkedUnits(valid, countImages(valid.length)));
    await paid?.ask(parsed, call.cache);
    const answered = await answer(parsed, call);
    paid?.checkResults(answered.results);
    const failures = new Set(answered.results.filter((result) => result instanceof Problem));
    for (const failure of failures) loggedProblem(failure, requestId, logError);
    const bodyOf = (id: string) => ({ results: analyzeResults(parsed, answered, id) });
    // Only problems contain the id: without one, the body is written once.
    const json = failures.size > 0 ? jsonBodyOf(bodyOf, requestId) : jsonBody(bodyOf(requestId));
    return answerResponse(json, { ...answered, ...sendingOf(request, paid) });
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
