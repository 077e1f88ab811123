import {
  jsonParse,
  NodeApiError,
  sleep,
  type IExecutePaginationFunctions,
  type IHttpRequestOptions,
  type IN8nHttpFullResponse,
  type INode,
} from "n8n-workflow";
import { isAnswer, type Problem, problemOf } from "./api/problem";
import { pauseSeconds } from "./api/retry";

/** The credential's name. */
export const CREDENTIAL = "florenceEdgeApi";

/** What a workflow shows of a problem; of an item's, if it has a number. */
export function errorOf(node: INode, problem: Problem, itemIndex?: number): NodeApiError {
  const { title: message, description, status, code } = problem;
  const shown = { message, description, httpCode: String(status), ...(itemIndex !== undefined && { itemIndex }) };
  return new NodeApiError(node, { code, status, title: message }, shown);
}

/** What is asked for, and for how long. */
export interface Asked {
  /** Whether a body is what is asked for; by default, whether it is an answer. */
  readonly isWanted?: (body: unknown) => boolean;
  /** Returns after how many seconds to ask again, undefined if not. Without a problem there was no reply at all. */
  readonly pause?: (problem: Problem | undefined, calls: number) => number | undefined;
}

async function send(context: IExecutePaginationFunctions, options: IHttpRequestOptions): Promise<IN8nHttpFullResponse> {
  // A signal that n8n gives while a workflow runs, so that a stopped one sends nothing more.
  const abortSignal = context.getExecutionCancelSignal();
  const request = {
    ...options,
    ...(abortSignal && { abortSignal }),
    ignoreHttpStatusErrors: true,
    returnFullResponse: true,
  };
  const reply: IN8nHttpFullResponse = await context.helpers.httpRequestWithAuthentication.call(
    context,
    CREDENTIAL,
    request,
  );
  // A file was asked for, and a problem came.
  if (!Buffer.isBuffer(reply.body) || reply.statusCode < 300) return reply;
  return { ...reply, body: jsonParse(reply.body.toString(), { fallbackValue: {} }) };
}

const questionPause = (problem: Problem | undefined, calls: number): number | undefined =>
  problem && pauseSeconds(problem, calls);

/** Asks until what is asked for comes, or until asking again does not help. */
export async function replyTo(
  context: IExecutePaginationFunctions,
  options: IHttpRequestOptions,
  { isWanted = isAnswer, pause = questionPause }: Asked = {},
): Promise<IN8nHttpFullResponse["body"]> {
  for (let calls = 1; ; calls += 1) {
    let problem: Problem | undefined;
    let error: unknown;
    try {
      const reply = await send(context, options);
      problem = problemOf(reply, isWanted);
      if (problem === undefined) return reply.body;
      error = errorOf(context.getNode(), problem, context.getItemIndex());
    } catch (thrown) {
      error = thrown;
    }
    const isStopped = context.getExecutionCancelSignal()?.aborted === true;
    const seconds = isStopped ? undefined : pause(problem, calls);
    if (seconds === undefined) throw error;
    await sleep(seconds * 1000);
  }
}
