import type { Box, CacheReport, ChargeReport, FlorenceError, Job } from "../client/florence.ts";
import type { ApiDocument, Task } from "./api-document.ts";
import type { ListedModel } from "./domain.ts";
import type { Pricing } from "./price.ts";
import { initialRegion } from "./region.ts";

/** The image of the next request. */
export interface SelectedImage {
  readonly name: string;
  /** The file, or the URL from which the API fetches it. */
  readonly source: Blob | string;
  /** URL for an `img` element; `undefined` if this page cannot display the image. */
  readonly displayUrl: string | undefined;
  /** In pixels, if known. */
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly description: string;
  /** Notice for the user about the upload or the display; may be empty. */
  readonly note: string;
}

/** An answer with its cache report and timings. */
export interface Reply {
  /** JSON in any format, or the text of an SVG file. */
  readonly data: unknown;
  readonly cache: CacheReport | undefined;
  /** `undefined` where answers cost nothing. */
  readonly charge: ChargeReport | undefined;
  readonly timings: Readonly<Record<string, number>>;
  readonly requestId: string | undefined;
  /** From the request to the last byte of the response, in milliseconds. */
  readonly ms: number;
}

/** State of the last request. `pending` has the partial result of a stream. */
export type RequestState =
  | { readonly kind: "idle" }
  | { readonly kind: "pending"; readonly text: string; readonly objects: readonly unknown[] }
  | { readonly kind: "succeeded"; readonly reply: Reply }
  | { readonly kind: "failed"; readonly error: FlorenceError };

/** A question whose answer comes later. */
export interface PageJob {
  readonly id: string;
  /** The task's name. */
  readonly task: string;
  readonly image: SelectedImage;
  readonly status: Job["status"];
  /** The answer, once the job has succeeded. */
  readonly reply: Reply | undefined;
  /** Why there is none. */
  readonly error: FlorenceError | undefined;
}

/** The whole state of the page. */
export interface State {
  readonly tasks: readonly Task[];
  readonly apiDocument: ApiDocument | undefined;
  /** The model that answers; `undefined` until it is loaded, or if the API lists none. */
  readonly model: ListedModel | undefined;
  /** `undefined` until they are loaded, and where answers cost nothing. */
  readonly pricing: Pricing | undefined;
  /** The key of an account, as typed; empty if there is none. It is kept nowhere else. */
  readonly apiKey: string;
  readonly image: SelectedImage | undefined;
  /** The task's name. */
  readonly task: string;
  /** Typed values of the fields, by `valueKey`. */
  readonly values: Readonly<Record<string, string>>;
  /** In 0..1. */
  readonly region: Box;
  readonly request: RequestState;
  /** The newest first. They end with the page, which only looks at them; the API goes on. */
  readonly jobs: readonly PageJob[];
  /** Index of the object under the pointer. */
  readonly highlighted: number | undefined;
}

const idle: RequestState = { kind: "idle" };

/** The state of the page before anything is loaded. */
export const initialState: State = {
  tasks: [],
  apiDocument: undefined,
  model: undefined,
  pricing: undefined,
  apiKey: "",
  image: undefined,
  task: "object-detection",
  values: {},
  region: initialRegion,
  request: idle,
  jobs: [],
  highlighted: undefined,
};

/** Returns the chosen task; `undefined` until the tasks are loaded. */
export function chosenTask({ tasks, task }: State): Task | undefined {
  return tasks.find(({ name }) => name === task);
}

/** Selects another image and clears the last answer. */
export function withImage(state: State, image: SelectedImage): State {
  return { ...state, image, request: idle, highlighted: undefined };
}

/** Selects another task and clears the last answer. */
export function withTask(state: State, task: string): State {
  return { ...state, task, request: idle, highlighted: undefined };
}

/** Changes the region (in 0..1) and keeps the last answer for comparison. */
export function withRegion(state: State, region: Box): State {
  return { ...state, region };
}

/** Changes the typed value of a field. */
export function withValue(state: State, key: string, value: string): State {
  return { ...state, values: { ...state.values, [key]: value } };
}

/** Changes the state of the request. */
export function withRequest(state: State, request: RequestState): State {
  return { ...state, request, highlighted: undefined };
}

/** Changes a job. */
export function withJob(state: State, id: string, changes: Partial<PageJob>): State {
  return { ...state, jobs: state.jobs.map((job) => (job.id === id ? { ...job, ...changes } : job)) };
}

/** Shows the answer of a job, beside its picture. */
export function withAnswerOf(state: State, { task, image, reply }: PageJob): State {
  return reply === undefined ? state : withRequest({ ...state, task, image }, { kind: "succeeded", reply });
}
