import { isJsonObject, type JsonObject } from "../contract/json-object.ts";
import type { Dialect, DialectRequest, TaskTranslation } from "../contract/dialect.ts";
import { chatCompletion, chatStream, type Reply } from "./chat.ts";
import { errorOf } from "./error.ts";
import { modelList, modelNamed, type NamedTask } from "./models.ts";
import { openAiRoutes } from "./paths.ts";
import { bodyOf, jsonOf } from "./read-request.ts";
import { readMessages } from "./read-messages.ts";
import { readFormat } from "./response-format.ts";
import { response, responseStream } from "./responses.ts";

/** What the dialect needs. */
export interface OpenAiOptions {
  readonly tasks: readonly NamedTask[];
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Translate = (request: DialectRequest, options: OpenAiOptions) => TaskTranslation;

const chat: Translate = (request, { tasks, now }) => {
  const { given, sent } = jsonOf(request);
  const path = "messages";
  const { model, ...body } = bodyOf(tasks, { given, sent: readMessages(given[path], path), path });
  const { stream_options: streamOptions } = given;
  const asked = {
    model,
    format: readFormat(sent["response_format"], "response_format"),
    includesUsage: isJsonObject(streamOptions) && streamOptions["include_usage"] === true,
  };
  const replyTo = (requestId: string): Reply => ({ ...asked, requestId, created: Math.floor(now() / 1000) });
  return {
    kind: "task",
    ...body,
    reply: (form, requestId) => chatCompletion(form, replyTo(requestId)),
    stream: (requestId) => chatStream(replyTo(requestId)),
  };
};

/** A value of OpenAI's own `include`: the path of a member of a response. */
function isMemberPath(value: unknown): boolean {
  return typeof value === "string" && value.includes(".");
}

/** Responses have parameters by the names of two of our options: `text` is an object there, and values of `include` have a dot. */
function withoutTheirs({ text, include, ...given }: JsonObject): JsonObject {
  const ours = Array.isArray(include) ? include.filter((value) => !isMemberPath(value)) : include;
  const isNone = ours === undefined || (Array.isArray(ours) && ours.length === 0);
  return {
    ...given,
    ...(text === undefined || isJsonObject(text) ? {} : { text }),
    ...(isNone ? {} : { include: ours }),
  };
}

const responses: Translate = (request, { tasks, now }) => {
  const { given, sent } = jsonOf(request);
  const path = "input";
  const question = { given: withoutTheirs(given), sent: readMessages(given[path], path), path };
  const { model, ...body } = bodyOf(tasks, question);
  const { text } = sent;
  const format = readFormat(isJsonObject(text) ? text["format"] : undefined, "text.format");
  const replyTo = (requestId: string): Reply => ({
    model,
    format,
    includesUsage: true,
    requestId,
    created: Math.floor(now() / 1000),
  });
  return {
    kind: "task",
    ...body,
    reply: (form, requestId) => response(form, replyTo(requestId)),
    stream: (requestId) => responseStream(replyTo(requestId)),
  };
};

const [{ path: chatPath }, { path: responsesPath }, { path: modelsPath }] = openAiRoutes;

/** The parameter that has the messages, by the path. */
const questionPaths: ReadonlyMap<string, string> = new Map([
  [chatPath, "messages"],
  [responsesPath, "input"],
]);

/** The name of a model in a path: what follows the path of the list. A name that is no URI component stays as it is: no model is like it. */
function modelIn({ pathname }: URL): string {
  const name = pathname.slice(modelsPath.length + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** OpenAI's dialect: chat completions, responses and the list of models. */
export function createOpenAi(options: OpenAiOptions): Dialect {
  const { tasks } = options;
  return {
    translate: (route, request) => (route === "chat" ? chat : responses)(request, options),
    read: (route, url) => (route === "model" ? modelNamed(tasks, modelIn(url)) : modelList(tasks)),
    problem: (details, path) => ({
      status: details.status,
      headers: {},
      json: { error: errorOf(details, questionPaths.get(path) ?? "image") },
    }),
    headers: () => ({}),
  };
}
