import {
  jsonParse,
  NodeApiError,
  NodeOperationError,
  sleep,
  type DeclarativeRestApiSettings,
  type IBinaryData,
  type IBinaryKeyData,
  type IDataObject,
  type IExecutePaginationFunctions,
  type IHttpRequestOptions,
  type IN8nHttpFullResponse,
  type INodeExecutionData,
} from "n8n-workflow";
import { partsOf } from "./api/answer";
import { isObject, type Problem, problemOf } from "./api/problem";
import { drawingQuery } from "./api/query";
import { pauseSeconds } from "./api/retry";
import { inTurn } from "./api/turns";
import { textParameter } from "./parameter";

/** The credential's name. */
export const CREDENTIAL = "florenceEdgeApi";

/** What a workflow shows of a problem. */
function errorOf(context: IExecutePaginationFunctions, problem: Problem): NodeApiError {
  const { title: message, description, status, code } = problem;
  const shown = { message, description, httpCode: String(status), itemIndex: context.getItemIndex() };
  return new NodeApiError(context.getNode(), { code, status, title: message }, shown);
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

/** Asks until the API answers, or until asking again does not help. */
async function answerTo(
  context: IExecutePaginationFunctions,
  options: IHttpRequestOptions,
): Promise<IN8nHttpFullResponse["body"]> {
  for (let calls = 1; ; calls += 1) {
    const reply = await send(context, options);
    const problem = problemOf(reply);
    if (problem === undefined) return reply.body;
    const seconds = pauseSeconds(problem, calls);
    if (seconds === undefined) throw errorOf(context, problem);
    await sleep(seconds * 1000);
  }
}

/** Returns the drawing of an answer. The model is not asked again: the API has the answer in its cache, and charges nothing for it. */
async function drawingOf(context: IExecutePaginationFunctions, options: IHttpRequestOptions): Promise<IBinaryData> {
  const form = textParameter(context, "drawingFormat", "svg");
  const request: IHttpRequestOptions = {
    ...options,
    qs: drawingQuery(options.qs ?? {}, form),
    encoding: "arraybuffer",
  };
  const file = await answerTo(context, request);
  if (!Buffer.isBuffer(file)) {
    throw new NodeOperationError(context.getNode(), "The API sent no drawing", { itemIndex: context.getItemIndex() });
  }
  return await context.helpers.prepareBinaryData(
    file,
    `drawing.${form}`,
    form === "svg" ? "image/svg+xml" : "image/png",
  );
}

/** The files that the output has: that of the input, and the drawing, if they are wanted. */
async function filesFor(context: IExecutePaginationFunctions, options: IHttpRequestOptions): Promise<IBinaryKeyData> {
  const isKept = context.getNodeParameter("options.includeInputFile", false) === true;
  const kept = isKept ? { ...context.getInputData().binary } : {};
  if (context.getNodeParameter("drawing", false) !== true) return kept;
  return { ...kept, [textParameter(context, "drawingField", "drawing")]: await drawingOf(context, options) };
}

/** Whether a value can be the JSON of an item. */
const isData = (value: unknown): value is IDataObject => isObject(value);

async function itemsFor(
  context: IExecutePaginationFunctions,
  options: IHttpRequestOptions,
): Promise<INodeExecutionData[]> {
  const answer = await answerTo(context, options);
  const binary = await filesFor(context, options);
  const isByObject = context.getNodeParameter("return", "simplified") === "objects";
  const pairedItem = { item: context.getItemIndex() };
  const files = Object.keys(binary).length > 0 ? { binary } : {};
  return partsOf(answer, isByObject)
    .filter(isData)
    .map((json) => ({ json, pairedItem, ...files }));
}

/** Where the workflow goes on after errors: an item in place of the answer, which n8n sends to the error output if the node has one, with what the input had. */
function failed(context: IExecutePaginationFunctions, error: unknown): INodeExecutionData[] {
  if (!(error instanceof NodeApiError) || !context.continueOnFail()) throw error;
  const { message, description } = error;
  return [
    {
      json: { error: message, ...(description && { message: description }) },
      pairedItem: { item: context.getItemIndex() },
    },
  ];
}

/**
 * Asks about one item's image and returns the node's items. It has the form of n8n's hook for pages of a list, the one hook of a declarative node that makes the
 * requests itself: with n8n's own, a retryable problem fails at once, and those of all items are sent at the same time.
 */
export async function ask(
  this: IExecutePaginationFunctions,
  { options }: DeclarativeRestApiSettings.ResultOptions,
): Promise<INodeExecutionData[]> {
  const { url = "", skipSslCertificateValidation } = options;
  const request = { ...options, url, skipSslCertificateValidation: skipSslCertificateValidation === true };
  try {
    return await inTurn(this.getExecuteData(), () => itemsFor(this, request));
  } catch (error) {
    return failed(this, error);
  }
}
