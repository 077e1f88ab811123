import { Problem } from "../contract/problems.ts";
import type { AnalyzeRequest, Analyzed, BatchRequest, CallContext, TaskRow } from "../contract/service.ts";
import { ANALYZE_PATH, BATCH_PATH, taskPath } from "../contract/paths.ts";
import { type Admitted, answerRoute, type AnswerRouteOptions, type HandleAdmitted, sendingOf } from "./admitted.ts";
import { analyzeResults, readAnalyzeRequest } from "./analyze.ts";
import { type AnswerBody, jsonBody, jsonBodyOf } from "./answer-body.ts";
import { answerResponse } from "./answer-response.ts";
import { answerTask } from "./answer-task.ts";
import { readBatchRequest } from "./batch.ts";
import type { BodyOptions } from "./body.ts";
import { checkedUnits } from "./check-work.ts";
import { loggedProblem, type LogError, problemResponder } from "./problem-response.ts";
import { createKnownRequests, type KnownRequests } from "./known-requests.ts";
import { wishOf } from "./later-wish.ts";
import { keptBody } from "./kept-body.ts";
import type { Route } from "./route.ts";
import { type CheckTask, optionsOf } from "./task-item.ts";
import { optionsBeforeBody, readTaskRequest } from "./task-request.ts";

/** The routes that answer tasks: each task, and several at once. */
export function answerRoutes(options: AnswerRouteOptions): readonly Route[] {
  const { tasks, service, logError } = options;
  const analyze = several(options, {
    name: "analyze",
    read: (request, body, check) => readAnalyzeRequest(tasks, request, body, check),
    countImages: () => 1,
    answer: (parsed, call) => service.analyze(parsed, call),
  });
  const batch = several(options, {
    name: "batch",
    read: (request, body, check) => readBatchRequest(tasks, request, body, check),
    countImages: (valid) => valid,
    answer: (parsed, call) => service.batch(parsed, call),
  });
  const respond = problemResponder(logError);
  const known = createKnownRequests();
  const route = (path: string, handle: HandleAdmitted): Route => answerRoute(path, options, { handle, respond });
  return [
    ...tasks.map((row) => route(taskPath(row.name), single(row, { ...options, known }))),
    route(ANALYZE_PATH, analyze),
    route(BATCH_PATH, batch),
  ];
}

/** Handles a request for one task. */
function single(row: TaskRow, options: AnswerRouteOptions & { readonly known: KnownRequests }): HandleAdmitted {
  return async (admitted) => {
    const { request, call, body, paid } = admitted;
    paid?.checkTask(row.name);
    paid?.askEarly(() => {
      const early = optionsBeforeBody(row, request);
      if (early === undefined || wishOf(admitted, early, options) !== undefined) return undefined;
      checkedUnits([early], 1);
      return [{ task: row.name, options: early }];
    });
    const kept = keptBody();
    // What is not to be stored is not remembered either.
    const known = call.cache.noStore ? undefined : options.known.of(call.cacheOwner);
    const parsed = await readTaskRequest(row, request, { ...body, keep: kept.keep, known });
    const wish = wishOf(admitted, parsed.options, options);
    if (wish === undefined) {
      kept.drop();
      return answerTask(parsed, admitted, options);
    }
    checkedUnits([parsed.options], 1);
    const { answerLater } = await import("./later.ts");
    return answerLater({ wish, admitted, task: row.name, parsed, body: kept.take() });
  };
}

interface SeveralOptions<Parsed> {
  /** The name of the operation. */
  readonly name: string;
  readonly read: (request: Request, body: BodyOptions, check: CheckTask) => Promise<Parsed>;
  /** The number of images, given that of the valid items. */
  readonly countImages: (valid: number) => number;
  readonly answer: (parsed: Parsed, call: CallContext) => Promise<Analyzed>;
}

/** The check of a key's tasks; without a key, all may be asked for. */
function checkOf({ paid }: Admitted): CheckTask {
  return (task) => paid?.checkTask(task);
}

function severalBody(
  parsed: AnalyzeRequest | BatchRequest,
  answered: Analyzed,
  { requestId, logError }: { readonly requestId: string; readonly logError: LogError },
): AnswerBody {
  const failures = new Set(answered.results.filter((result) => result instanceof Problem));
  for (const failure of failures) loggedProblem(failure, requestId, logError);
  const bodyOf = (id: string) => ({ results: analyzeResults(parsed, answered, id) });
  // Only problems contain the id: without one, the body is written once.
  return failures.size > 0 ? jsonBodyOf(bodyOf, requestId) : jsonBody(bodyOf(requestId));
}

/** Handles several tasks in one request: `read` parses it, `answer` returns each item's result. A problem that several items share is logged once. */
function several<Parsed extends AnalyzeRequest | BatchRequest>(
  options: AnswerRouteOptions,
  { name, read, countImages, answer }: SeveralOptions<Parsed>,
): HandleAdmitted {
  return async (admitted) => {
    const { request, trace, call, place, body, paid } = admitted;
    const { logError } = options;
    const kept = keptBody();
    const parsed = await read(request, { ...body, keep: kept.keep }, checkOf(admitted));
    const valid = optionsOf(parsed.items);
    const units = checkedUnits(valid, countImages(valid.length));
    const wish = wishOf(admitted, parsed, options);
    if (wish !== undefined) {
      const { answerLater } = await import("./later.ts");
      return answerLater({ wish, admitted, task: name, parsed, body: kept.take() });
    }
    kept.drop();
    place.begin(units);
    await paid?.ask(parsed, call.cache);
    const answered = await answer(parsed, call);
    paid?.checkResults(answered.results);
    const json = severalBody(parsed, answered, { requestId: trace.requestId, logError });
    return answerResponse(json, { ...answered, ...sendingOf(admitted) });
  };
}
