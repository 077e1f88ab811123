import {
  NodeOperationError,
  type IHookFunctions,
  type IHttpRequestOptions,
  type IN8nHttpFullResponse,
} from "n8n-workflow";
import { version } from "../../package.json";
import { isObject, type Problem, problemOf } from "../FlorenceEdge/api/problem";
import { CREDENTIAL, errorOf } from "../FlorenceEdge/request";
import { readSecret } from "../FlorenceEdge/api/signature";

type Question = Pick<IHttpRequestOptions, "method" | "body"> & { readonly path?: string };

/** How long the API may take, in milliseconds: n8n's user waits for it. */
const TIMEOUT_MS = 30_000;

async function send(
  context: IHookFunctions,
  { method = "GET", body, path = "" }: Question,
): Promise<IN8nHttpFullResponse> {
  const { baseUrl } = await context.getCredentials<{ baseUrl: string }>(CREDENTIAL);
  const options: IHttpRequestOptions = {
    method,
    url: `${baseUrl.trim().replace(/\/+$/u, "")}/v1/webhooks${path}`,
    headers: { "user-agent": `n8n-nodes-florence-edge/${version}` },
    ...(body !== undefined && { body }),
    json: true,
    timeout: TIMEOUT_MS,
    ignoreHttpStatusErrors: true,
    returnFullResponse: true,
  };
  return await context.helpers.httpRequestWithAuthentication.call(context, CREDENTIAL, options);
}

/** What n8n's own settings have to do with a problem. */
const hints: Readonly<Record<string, string>> = {
  "webhook-url-refused":
    " This is n8n's own address: its operator sets WEBHOOK_URL to one that the public network reaches.",
  "webhooks-need-account":
    " This trigger needs an API with accounts; with others, use Tell This Address and a Wait node.",
};

const hinted = (problem: Problem): Problem => ({
  ...problem,
  description: problem.description + (hints[problem.code] ?? ""),
});

const hasId = (body: unknown): boolean => isObject(body) && typeof body["id"] === "string";
const hasList = (body: unknown): boolean => isObject(body) && Array.isArray(body["webhooks"]);

function addressOf(context: IHookFunctions): string {
  const url = context.getNodeWebhookUrl("default");
  if (url === undefined) throw new NodeOperationError(context.getNode(), "n8n has no address for this trigger");
  return new URL(url).href;
}

function eventsOf(context: IHookFunctions): readonly string[] {
  const events = context.getNodeParameter("events", []);
  return Array.isArray(events) ? events.map(String).toSorted() : [];
}

/** Without a secret, anybody who knows the address could start the workflow with an answer of their own: then it is not activated. */
async function requireSecret(context: IHookFunctions): Promise<void> {
  const { webhookSecret } = await context.getCredentials<{ webhookSecret?: string }>(CREDENTIAL);
  if (readSecret(webhookSecret) !== undefined) return;
  throw new NodeOperationError(context.getNode(), "The credential has no Webhook Secret", {
    description:
      "Without it, events cannot be told from forged ones. POST /v1/webhooks/secret makes one, which begins with whsec_, and shows it once; it replaces the account's secret of before within a day.",
  });
}

async function webhooks(context: IHookFunctions): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const reply = await send(context, {});
  const problem = problemOf(reply, hasList);
  if (problem !== undefined) throw errorOf(context.getNode(), hinted(problem));
  const list: unknown = isObject(reply.body) ? reply.body["webhooks"] : [];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** Whether the account has a webhook of this trigger that is on and gets the events that are chosen. */
export async function isRegistered(context: IHookFunctions): Promise<boolean> {
  await requireSecret(context);
  const [url, events] = [addressOf(context), eventsOf(context).join(" ")];
  const own = (await webhooks(context)).find((webhook) => webhook["url"] === url && webhook["disabled_at"] === null);
  const told: unknown = own?.["events"];
  return Array.isArray(told) && told.map(String).toSorted().join(" ") === events;
}

/** Creates the webhook. One that is there for the address gets these events, and is switched on. */
export async function register(context: IHookFunctions): Promise<boolean> {
  await requireSecret(context);
  const reply = await send(context, { method: "POST", body: { url: addressOf(context), events: eventsOf(context) } });
  const problem = problemOf(reply, hasId);
  if (problem !== undefined) throw errorOf(context.getNode(), hinted(problem));
  return true;
}

/** Removes the webhook, by its address: n8n does not always keep what a trigger has stored. */
export async function remove(context: IHookFunctions): Promise<boolean> {
  const url = addressOf(context);
  const own = (await webhooks(context)).filter((webhook) => webhook["url"] === url);
  for (const { id } of own) {
    const reply = await send(context, { method: "DELETE", path: `/${encodeURIComponent(String(id))}` });
    const problem = problemOf(reply, hasId);
    if (problem !== undefined && problem.code !== "unknown-webhook") throw errorOf(context.getNode(), problem);
  }
  return true;
}
