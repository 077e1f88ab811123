import { isDrawing, type JsonForm } from "../contract/forms.ts";
import type { DialectStream } from "../contract/dialect.ts";
import type { Problem } from "../contract/problems.ts";
import type { Answered, TaskRequest } from "../contract/service.ts";
import { type Admitted, type AnswerRouteOptions, sendingOf } from "./admitted.ts";
import { type AnswerBody, answerBody } from "./answer-body.ts";
import { answerEvents } from "./answer-events.ts";
import { answerResponse } from "./answer-response.ts";
import { checkedUnits } from "./check-work.ts";
import { invalidRequest } from "./invalid-request.ts";
import type { KnownRequests } from "./known-requests.ts";
import { loggedProblem } from "./problem-response.ts";

/** How an answer is told in another dialect than ours. */
export interface AnswerShape {
  readonly body: (form: JsonForm) => AnswerBody;
  readonly stream: () => DialectStream;
}

/** Throws `invalid-request` for a drawing in another dialect: no dialect has one, and the model need not run to say so. */
function checkShape({ options }: TaskRequest, shape: AnswerShape | undefined): void {
  if (shape === undefined || options.overlay === undefined) return;
  throw invalidRequest("overlay", "Drawings have a path of their own: request it at the task's path below /v1.");
}

function shapedBody({ answer }: Answered, { body }: AnswerShape): AnswerBody {
  if (isDrawing(answer)) throw new Error("A drawing was made that nobody asked for.");
  return body(answer);
}

/** Answers a task, at once or as a stream, in our form or in that of another dialect. Throws `Problem`. */
export async function answerTask(
  taskRequest: TaskRequest,
  admitted: Admitted,
  { service, sleep, timeout, logError, known }: AnswerRouteOptions & { readonly known?: KnownRequests },
  shape?: AnswerShape,
): Promise<Response> {
  const { trace, call, place, paid } = admitted;
  const { requestId } = trace;
  checkShape(taskRequest, shape);
  place.begin(checkedUnits([taskRequest.options], 1));
  await paid?.ask(taskRequest, call.cache);
  if (taskRequest.options.stream === true) {
    const problemOf = (thrown: unknown): Problem => loggedProblem(thrown, requestId, logError);
    return answerEvents((emit, signal) => place.during(() => service.stream(taskRequest, { ...call, signal }, emit)), {
      signal: call.signal,
      sleep,
      requestId,
      problemOf,
      paid,
      shape: shape?.stream(),
    });
  }
  const answered = await service.answer(taskRequest, call);
  const holdUntil = (ended: Promise<void>): void => void place.during(() => ended);
  const { answer } = answered;
  const ownBody = (): AnswerBody => known?.bodyOf(taskRequest, answer) ?? answerBody(answer, { timeout, holdUntil });
  const body = shape === undefined ? ownBody() : shapedBody(answered, shape);
  return answerResponse(body, { ...answered, ...sendingOf(admitted) });
}
