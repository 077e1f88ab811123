import { parseBaseUrl } from "../inference/protocol/urls.ts";
import { defaultRetry } from "../inference/protocol/retry.ts";
import { AnswerPromise, StreamPromise } from "./answer-promise.ts";
import { call, callStream, type CallOptions, type Connection, type ApiRequest } from "./call.ts";
import { type Health, type Me, type ModelList, type TaskList, tasks, type UploadedFile } from "./contract.ts";
import { createBatches } from "./create-batches.ts";
import type { Batches } from "./batches.ts";
import { createJobs } from "./create-jobs.ts";
import { FlorenceError } from "./florence-error.ts";
import type { Image } from "./image.ts";
import type { AnalyzeItem, BatchItem, ItemResults } from "./items.ts";
import type { Jobs } from "./jobs.ts";
import type { TaskMethods } from "./methods.ts";
import { batchRequest, imageRequest, jsonRequest, type NamedOptions } from "./request.ts";
import { platform } from "./platform.ts";
import { splitOptions } from "./split-options.ts";
import { upload } from "./upload.ts";

export type * from "./contract.ts";
export type { AnswerPromise, StreamPromise, WithResponse } from "./answer-promise.ts";
export type { Batch, BatchFileError, BatchList, BatchStatus } from "./batch-object.ts";
export type { BatchHandle } from "./batch-handle.ts";
export type { BatchResult } from "./batch-results.ts";
export type { AnalyzeLine, Batches, BatchEndpoint, BatchLine, BatchOptions, BatchQuery, Lines } from "./batches.ts";
export type { CacheReport } from "./cache-status.ts";
export type { ChargeReport } from "./charge.ts";
export type { CallOptions } from "./call.ts";
export { FlorenceError, type FlorenceErrorCode, type Issue } from "./florence-error.ts";
export type { AnswerOf, EventOf, Form, TaskName } from "./forms.ts";
export type { Image } from "./image.ts";
export type { AnalyzeItem, BatchItem, ItemResult, ItemResults } from "./items.ts";
export type { JobHandle } from "./job-handle.ts";
export type { JobQuery, Jobs, LaterOptions } from "./jobs.ts";
export type { OptionsOf, TaskMethod, TaskMethods } from "./methods.ts";
export type { WaitOptions } from "./wait-until-ended.ts";
export {
  verifyWebhook,
  type FlatJobEvent,
  type ReceivedEvent,
  type ReceivedHeaders,
  type VerifyOptions,
} from "./webhook.ts";

/** Base URL of the API, and default options of all calls. */
export interface FlorenceOptions extends Omit<CallOptions, "signal" | "idempotencyKey"> {
  /** `https://…`, without `/v1`. */
  readonly baseUrl: string | URL;
  /** Replaces the platform's `fetch`, for example with the fetcher of a Worker's service binding. */
  readonly fetch?: Connection["fetch"] | undefined;
  /** `now`, `sleep` and `random` replace the platform's clock and random numbers, for tests. */
  readonly now?: Connection["now"] | undefined;
  readonly sleep?: Connection["sleep"] | undefined;
  readonly random?: Connection["random"] | undefined;
}

/** Default timeout of a call: loading a model that is not in memory may take many seconds. */
export const DEFAULT_TIMEOUT_MS = 60_000;

/** Default maximum number of retries of a call. */
export const DEFAULT_MAX_RETRIES = defaultRetry.attempts - 1;

/** The API. Calls reject only with `FlorenceError`, or, if an image is a promise that rejects, with its reason. */
export interface Florence extends TaskMethods {
  /** Runs several tasks on one image, which is encoded once. Each task has its own result: an answer or a problem. */
  analyze<const Items extends readonly AnalyzeItem[]>(
    image: Image,
    items: Items,
    options?: CallOptions,
  ): AnswerPromise<ItemResults<Items>>;
  /** Runs several tasks, each on its own image. Each task has its own result. */
  batch<const Items extends readonly BatchItem[]>(
    items: Items,
    options?: CallOptions,
  ): AnswerPromise<ItemResults<Items>>;
  /**
   * Uploads a file once. Its `image` is a handle that every method takes as an image, for an hour and for the account of the key: so the file is not sent again for
   * each question.
   */
  upload(image: Image, options?: CallOptions): AnswerPromise<UploadedFile>;
  /** Requests that are answered later. */
  readonly jobs: Jobs;
  /** Thousands of images at once, within a day. */
  readonly batches: Batches;
  /** Lists the tasks, with the inputs and answers of each. */
  tasks(options?: CallOptions): AnswerPromise<TaskList>;
  /** Lists the models that the API serves. */
  models(options?: CallOptions): AnswerPromise<ModelList>;
  /** Tells what the key's account has left, and the key's limits. Rejects where there are no accounts. */
  me(options?: CallOptions): AnswerPromise<Me>;
  /** Checks whether the API responds. */
  health(options?: CallOptions): AnswerPromise<Health>;
  /** Checks whether the model can answer; rejects if it cannot. */
  ready(options?: CallOptions): AnswerPromise<Health>;
}

function baseUrlOf(baseUrl: string | URL): string {
  try {
    return parseBaseUrl(String(baseUrl));
  } catch (cause) {
    const fix = "Give the API's URL, as https://florence.example.com; credentials go into `headers`.";
    throw new FlorenceError(
      "invalid-request",
      `baseUrl: ${JSON.stringify(String(baseUrl))} is not the URL of an API.`,
      {
        fix,
        issues: [{ path: "baseUrl", message: fix }],
        cause,
      },
    );
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
    apiKey: options.apiKey,
    maxPrice: options.maxPrice,
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maxRetries: options.maxRetries ?? DEFAULT_MAX_RETRIES,
  };
}

type Options = CallOptions & NamedOptions;

/** Sends a request as soon as it is built. */
function sendRequest<Data>(
  connection: Connection,
  built: Promise<ApiRequest>,
  options: CallOptions,
): AnswerPromise<Data> {
  return new AnswerPromise<Data>(built.then((request) => call<Data>(connection, request, options)));
}

/** Creates the method of a task. At run time tasks differ only in their paths; the rest are types. */
function taskMethod(connection: Connection, path: string) {
  return (image: Image, given: Options = {}) => {
    const { settings, options } = splitOptions(given);
    const built = imageRequest(path, image, options);
    if (options["stream"] !== true) return sendRequest(connection, built, settings);
    return new StreamPromise(built.then((request) => callStream(connection, request, settings)));
  };
}

function taskMethods(connection: Connection): TaskMethods {
  const methods = Object.entries(tasks).map(([method, { name }]) => [method, taskMethod(connection, `/v1/${name}`)]);
  return Object.fromEntries(methods);
}

/** Creates a client of the API. Throws `FlorenceError` (`invalid-request`) for an invalid `baseUrl`. */
export function createFlorence(options: FlorenceOptions): Florence {
  const connection = connectionOf(options);
  const get = <Data>(path: string, settings: CallOptions = {}): AnswerPromise<Data> =>
    sendRequest<Data>(connection, Promise.resolve({ method: "GET", path }), settings);
  return {
    ...taskMethods(connection),
    analyze: (image, items, settings = {}) =>
      sendRequest(connection, jsonRequest("/v1/analyze", image, { tasks: items }), settings),
    batch: (items, settings = {}) => sendRequest(connection, batchRequest("/v1/batch", items), settings),
    upload: (image, settings = {}) => new AnswerPromise(upload(connection, image, settings)),
    jobs: createJobs(connection),
    batches: createBatches(connection),
    tasks: (settings) => get("/v1/tasks", settings),
    models: (settings) => get("/v1/models", settings),
    me: (settings) => get("/v1/me", settings),
    health: (settings) => get("/healthz", settings),
    ready: (settings) => get("/readyz", settings),
  };
}
