import {
  NodeApiError,
  NodeOperationError,
  type DeclarativeRestApiSettings,
  type IBinaryData,
  type IBinaryKeyData,
  type IDataObject,
  type IExecutePaginationFunctions,
  type IHttpRequestOptions,
  type INodeExecutionData,
} from "n8n-workflow";
import { partsOf } from "./api/answer";
import { isObject } from "./api/problem";
import { drawingQuery } from "./api/query";
import { inTurn } from "./api/turns";
import { answerOf, askLater, askOnce, jobAfter, minutesOf } from "./jobs";
import { textParameter } from "./parameter";
import { replyTo } from "./request";

/** Returns the drawing of an answer. The model is not asked again: the API has the answer in its cache, and charges nothing for it. */
async function drawingOf(context: IExecutePaginationFunctions, options: IHttpRequestOptions): Promise<IBinaryData> {
  const form = textParameter(context, "drawingFormat", "svg");
  const request: IHttpRequestOptions = {
    ...options,
    qs: drawingQuery(options.qs ?? {}, form),
    encoding: "arraybuffer",
  };
  const file = await replyTo(context, request);
  if (!Buffer.isBuffer(file)) {
    throw new NodeOperationError(context.getNode(), "The API sent no drawing", { itemIndex: context.getItemIndex() });
  }
  return await context.helpers.prepareBinaryData(
    file,
    `drawing.${form}`,
    form === "svg" ? "image/svg+xml" : "image/png",
  );
}

/** The files of the input, if they are wanted. */
function inputFiles(context: IExecutePaginationFunctions): IBinaryKeyData {
  const isKept = context.getNodeParameter("options.includeInputFile", false) === true;
  return isKept ? { ...context.getInputData().binary } : {};
}

/** The files that the output has: that of the input, and the drawing, if they are wanted. */
async function filesFor(context: IExecutePaginationFunctions, options: IHttpRequestOptions): Promise<IBinaryKeyData> {
  const kept = inputFiles(context);
  if (context.getNodeParameter("drawing", false) !== true) return kept;
  return { ...kept, [textParameter(context, "drawingField", "drawing")]: await drawingOf(context, options) };
}

/** Whether a value can be the JSON of an item. */
const isData = (value: unknown): value is IDataObject => isObject(value);

/** The items of one output, which belong to the item that was asked about. */
function itemsOf(context: IExecutePaginationFunctions, parts: readonly unknown[], binary: IBinaryKeyData = {}) {
  const pairedItem = { item: context.getItemIndex() };
  const files = Object.keys(binary).length > 0 ? { binary } : {};
  return parts.filter(isData).map((json): INodeExecutionData => ({ json, pairedItem, ...files }));
}

type Call<Value> = (context: IExecutePaginationFunctions, options: IHttpRequestOptions) => Promise<Value>;
type ItemsFor = Call<INodeExecutionData[]>;

/** With what comes as an answer. */
function answered(answerTo: Call<unknown>): ItemsFor {
  return async (context, options) => {
    const answer = await answerTo(context, options);
    const isByObject = context.getNodeParameter("return", "simplified") === "objects";
    return itemsOf(context, partsOf(answer, isByObject), await filesFor(context, options));
  };
}

/** How a question is asked, by *Answer Later*. */
const questions: ReadonlyMap<string, ItemsFor> = new Map<string, ItemsFor>([
  ["no", answered((context, options) => replyTo(context, options))],
  ["wait", answered(async (context, options) => answerOf(context, options, await askLater(context, options)))],
  ["job", async (context, options) => itemsOf(context, [(await askLater(context, options)).all], inputFiles(context))],
]);

const aboutJob: ItemsFor = async (context, options) => {
  const minutes = minutesOf(context, "jobMinutes", 0);
  const found = minutes > 0 ? await jobAfter(context, options, minutes) : await askOnce(context, options);
  return itemsOf(context, [found.all]);
};

const itemsFor: ItemsFor = async (context, options) => {
  if (textParameter(context, "resource", "") === "job") return aboutJob(context, options);
  const way = textParameter(context, "answerLater", "no");
  const question = questions.get(way);
  if (question !== undefined) return question(context, options);
  const itemIndex = context.getItemIndex();
  const description = "Choose No, Return the Job or Wait; an expression gives no, job or wait.";
  throw new NodeOperationError(context.getNode(), `Answer Later cannot be “${way}”`, { description, itemIndex });
};

/** Whether an error has a text for users. */
const isTold = (error: unknown): error is NodeApiError | NodeOperationError =>
  error instanceof NodeApiError || error instanceof NodeOperationError;

/** Where the workflow goes on after errors: an item in place of the answer, which n8n sends to the error output if the node has one, with what the input had. */
function failed(context: IExecutePaginationFunctions, error: unknown): INodeExecutionData[] {
  if (!isTold(error) || !context.continueOnFail()) throw error;
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
