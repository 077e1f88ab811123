import { baseOf } from "../inference/protocol/addresses.ts";
import { defaultRetry } from "../inference/protocol/retry.ts";
import { AnswerPromise, StreamPromise } from "./answer-promise.ts";
import { call, callStream, type CallOptions, type Connection, type ApiRequest } from "./call.ts";
import { type Health, type ModelList, type TaskList, tasks } from "./contract.ts";
import { FlorenceError } from "./florence-error.ts";
import type { Image } from "./image.ts";
import type { AnalyzeItem, BatchItem, ItemResults } from "./items.ts";
import type { TaskMethods } from "./methods.ts";
import { batchRequest, imageRequest, jsonRequest, type NamedOptions } from "./request.ts";
import { platform } from "./platform.ts";

export type * from "./contract.ts";
export type { AnswerPromise, StreamPromise, WithResponse } from "./answer-promise.ts";
export type { CacheReport } from "./cache-status.ts";
export type { CallOptions } from "./call.ts";
export { FlorenceError, type FlorenceErrorCode, type Issue } from "./florence-error.ts";
export type { AnswerOf, EventOf, Form, TaskName } from "./forms.ts";
export type { Image } from "./image.ts";
export type { AnalyzeItem, BatchItem, ItemResult, ItemResults } from "./items.ts";
export type { OptionsOf, TaskMethod, TaskMethods } from "./methods.ts";

/** Where the API is, and what calls are told unless they say otherwise. */
export interface FlorenceOptions extends Omit<CallOptions, "signal"> {
  /** `https://…`, without the `/v1`. */
  readonly baseUrl: string | URL;
  /** Instead of the platform's, as the fetcher of a Worker's service binding. */
  readonly fetch?: Connection["fetch"] | undefined;
  /** Instead of the platform's time and chance, for tests. */
  readonly now?: Connection["now"] | undefined;
  readonly sleep?: Connection["sleep"] | undefined;
  readonly random?: Connection["random"] | undefined;
}

/** How long a call may take unless it says otherwise: a cold model may load for many seconds. */
export const DEFAULT_TIMEOUT_MS = 60_000;

/** How often a call is tried again unless it says otherwise. */
export const DEFAULT_MAX_RETRIES = defaultRetry.attempts - 1;

/** The API. Every call rejects with `FlorenceError`, or with what the promise of an image rejected with, and with nothing else. */
export interface Florence extends TaskMethods {
  /** Several tasks on one image, which is looked at once. Each has its own result: an answer, or a problem. */
  analyze<const Items extends readonly AnalyzeItem[]>(
    image: Image,
    items: Items,
    options?: CallOptions,
  ): AnswerPromise<ItemResults<Items>>;
  /** Several tasks, each on its own image. Each has its own result. */
  batch<const Items extends readonly BatchItem[]>(
    items: Items,
    options?: CallOptions,
  ): AnswerPromise<ItemResults<Items>>;
  /** The tasks, what each takes and gives. */
  tasks(options?: CallOptions): AnswerPromise<TaskList>;
  /** The models that answer. */
  models(options?: CallOptions): AnswerPromise<ModelList>;
  /** Whether the API answers at all. */
  health(options?: CallOptions): AnswerPromise<Health>;
  /** Whether the model can answer; rejects where it cannot. */
  ready(options?: CallOptions): AnswerPromise<Health>;
}

function baseUrlOf(baseUrl: string | URL): string {
  try {
    return baseOf(String(baseUrl));
  } catch (cause) {
    const fix = "Give the API's address, as https://florence.example.com; credentials go into `headers`.";
    throw new FlorenceError("invalid-request", `baseUrl: ${JSON.stringify(String(baseUrl))} is no address of an API.`, {
      fix,
      issues: [{ path: "baseUrl", message: fix }],
      cause,
    });
  }
}

function connectionOf(options: FlorenceOptions): Connection {
  return {
    base: baseUrlOf(options.baseUrl),
    fetch: options.fetch ?? platform.fetch,
    now: options.now ?? platform.now,
    sleep: options.sleep ?? platform.sleep,
    random: options.random ?? platform.random,
    headers: options.headers ?? {},
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxRetries: options.maxRetries ?? DEFAULT_MAX_RETRIES,
  };
}

type Options = CallOptions & NamedOptions;

/** Asks once the question is written. */
function asked<Data>(connection: Connection, question: Promise<ApiRequest>, options: CallOptions): AnswerPromise<Data> {
  return new AnswerPromise<Data>(question.then((written) => call<Data>(connection, written, options)));
}

/** One method for all tasks: what tells them apart is types, and their addresses. */
function taskMethod(connection: Connection, path: string) {
  return (image: Image, { signal, timeoutMs, maxRetries, headers, ...options }: Options = {}) => {
    const settings = { signal, timeoutMs, maxRetries, headers };
    const question = imageRequest(path, image, options);
    if (options["stream"] !== true) return asked(connection, question, settings);
    return new StreamPromise(question.then((written) => callStream(connection, written, settings)));
  };
}

function taskMethods(connection: Connection): TaskMethods {
  const methods = Object.entries(tasks).map(([method, { name }]) => [method, taskMethod(connection, `/v1/${name}`)]);
  return Object.fromEntries(methods);
}

/** A client of the API at an address. Throws `FlorenceError` (`invalid-request`) for an address that is none. */
export function createFlorence(options: FlorenceOptions): Florence {
  const connection = connectionOf(options);
  const get = <Data>(path: string, settings: CallOptions = {}): AnswerPromise<Data> =>
    asked<Data>(connection, Promise.resolve({ method: "GET", path }), settings);
  return {
    ...taskMethods(connection),
    analyze: (image, items, settings = {}) =>
      asked(connection, jsonRequest("/v1/analyze", image, { tasks: items }), settings),
    batch: (items, settings = {}) => asked(connection, batchRequest("/v1/batch", items), settings),
    tasks: (settings) => get("/v1/tasks", settings),
    models: (settings) => get("/v1/models", settings),
    health: (settings) => get("/healthz", settings),
    ready: (settings) => get("/readyz", settings),
  };
}
