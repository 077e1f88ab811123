import type { IDataObject, IWebhookFunctions, IWebhookResponseData } from "n8n-workflow";
import { TEST_EVENT, told, withSeen } from "../FlorenceEdge/api/event";
import { isObject } from "../FlorenceEdge/api/problem";
import { eventId, isSigned, readSecret } from "../FlorenceEdge/api/signature";
import { CREDENTIAL } from "../FlorenceEdge/request";

/** Answers, and starts nothing. */
function answer(context: IWebhookFunctions, status: number, message: string): IWebhookResponseData {
  context.getResponseObject().status(status).json({ message });
  return { noWebhookResponse: true };
}

/** Whether an event comes from the API. A credential that has lost its secret lets nothing in; the API sends each event again for a day. */
async function isGenuine(context: IWebhookFunctions): Promise<boolean> {
  const { webhookSecret } = await context.getCredentials<{ webhookSecret?: string }>(CREDENTIAL);
  const secret = readSecret(webhookSecret);
  const { rawBody, headers } = context.getRequestObject();
  return secret !== undefined && Buffer.isBuffer(rawBody) && isSigned(rawBody, headers, secret, Date.now());
}

/** The ids that this process has received, by trigger: n8n stores static data only after the reply, so that a repeat at once would not find it there. */
const received = new Map<string, readonly string[]>();

/** Whether an event was received before; from now on, it was. */
function isRepeat(context: IWebhookFunctions): boolean {
  const trigger = `${context.getWorkflow().id} ${context.getNode().id}`;
  const stored = context.getWorkflowStaticData("node");
  const seen = withSeen([stored["seen"], received.get(trigger)].flat(), eventId(context.getHeaderData()));
  if (seen === undefined) return true;
  received.set(trigger, seen);
  stored["seen"] = seen;
  return false;
}

const isData = (value: unknown): value is IDataObject => isObject(value);

/** Starts the workflow with an event's job, once for each event: a repeat, whose reply was lost, is answered and starts nothing. */
export async function receive(context: IWebhookFunctions): Promise<IWebhookResponseData> {
  if (!(await isGenuine(context))) return answer(context, 401, "The signature is not that of Webhook Secret.");
  const event: unknown = context.getBodyData();
  if (!isObject(event)) return answer(context, 400, "The body is no event.");
  // In the editor, which waits for one event, a test event is shown.
  const isTest = context.getMode() === "manual";
  if (event["type"] === TEST_EVENT && !isTest) return answer(context, 200, "The signature is right.");
  if (isRepeat(context)) return answer(context, 200, "This event was received before.");
  return { workflowData: [[told(event)].filter(isData).map((json) => ({ json }))] };
}
