import type { AnswerType } from "./answers.ts";
import type { Form } from "./forms.ts";
import type { Problem } from "./problems.ts";
import type { InputKind, TaskOptions } from "./requests.ts";
import type { AnswerEvent } from "./stream-events.ts";

/** A task as the contract needs it; the table itself is the model's (`florence/tasks.ts`) and is handed in by `functions/`. */
export interface TaskRow {
  /** Kebab-case, as in the address. */
  readonly name: string;
  readonly summary: string;
  readonly input: InputKind;
  /** The answer types that the task can give; open-vocabulary detection has two. */
  readonly answers: readonly AnswerType[];
}

/** An image as it arrived, not yet looked at. */
export type ImageInput =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "base64"; readonly text: string }
  | { readonly kind: "url"; readonly url: string };

/** One validated request for one task. */
export interface TaskRequest {
  readonly task: string;
  readonly image: ImageInput;
  readonly options: TaskOptions;
}

/** One of several tasks on one image: valid, or what is wrong with it. */
export type AnalyzeItem = Omit<TaskRequest, "image"> | { readonly task: string; readonly problem: Problem };

/** Several tasks on one image. */
export interface AnalyzeRequest {
  readonly image: ImageInput;
  readonly items: readonly AnalyzeItem[];
}

/** What became of each item, in their order: its answer, or its own problem. */
export interface Analyzed extends Omit<Answered, "answer"> {
  readonly results: readonly (Form | Problem)[];
}

/** One task on an image of its own: valid, or what is wrong with it. */
export type BatchItem = TaskRequest | { readonly task: string; readonly problem: Problem };

/** Several tasks, each on an image of its own. */
export interface BatchRequest {
  readonly items: readonly BatchItem[];
}

/** What is told of an answer while it is written; how it fails is thrown. */
export type AnswerPart = Exclude<AnswerEvent, { type: "error" }>;

/** Hears an answer's parts as they come, and what became of the request in the cache; `done` is the last. Never throws. */
export type EmitPart = (part: AnswerPart, cache: CacheReport) => void;

/** The model that answers, as `GET /v1/models` shows it. */
export interface ServedModel {
  readonly id: string;
  readonly revision: string;
  readonly dtype: string;
  /** Side of the square that the model sees, in pixels. */
  readonly image_size: number;
}

/** What a request is known by elsewhere. */
export interface RequestTrace {
  readonly requestId: string;
  /** W3C trace context, as the caller sent it. */
  readonly traceparent: string | undefined;
}

/** What the caller says of the cache: its Cache-Control, read. */
export interface CacheDirectives {
  /** `no-store`: nothing is looked up, and nothing kept. */
  readonly noStore: boolean;
  /** `no-cache`: nothing is looked up, and what is made anew is kept. */
  readonly noCache: boolean;
  /** `only-if-cached`: nobody is asked for what is not there. */
  readonly onlyIfCached: boolean;
  /** `max-age`, in seconds: what is older does not count as there. */
  readonly maxAge: number | undefined;
  /** `stale-if-error`, in seconds: what is older than `max-age` by no more than this does, when the backend fails. */
  readonly staleIfError: number | undefined;
}

/** What became of a request in the cache, in the words of RFC 9211. */
export interface CacheReport {
  readonly hit: boolean;
  /** Why somebody was asked: the entry was not there, too old, or the caller wanted it made anew. */
  readonly fwd: "miss" | "stale" | "request" | undefined;
  readonly stored: boolean;
  /** Whether another request's work gave the answer. */
  readonly collapsed: boolean;
  /** Whether it is older than the caller wanted, because the backend failed. */
  readonly stale: boolean;
  /** Seconds since the oldest part of the answer was made. */
  readonly age: number;
}

/** How long a request's stages took, in milliseconds, by their names in Server-Timing. */
export type StageTimings = Readonly<Record<string, number>>;

/** An answer in the form that was asked for, and how it came about. */
export interface Answered {
  readonly answer: Form;
  readonly cache: CacheReport;
  readonly timings: StageTimings;
}

/** What comes with a request besides what is asked. */
export interface CallContext {
  readonly signal: AbortSignal;
  readonly trace: RequestTrace;
  readonly cache: CacheDirectives;
}

/** What the HTTP room asks of the rest: the only things that a route can do. Every method throws `Problem`. */
export interface Service {
  answer(request: TaskRequest, call: CallContext): Promise<Answered>;
  /** `answer`, told while it is written: resolves once all is. */
  stream(request: TaskRequest, call: CallContext, emit: EmitPart): Promise<void>;
  /** Throws only where nothing can be answered: the image itself is at fault, or everybody's backend. */
  analyze(request: AnalyzeRequest, call: CallContext): Promise<Analyzed>;
  /** Throws only what is no item's own: that the caller left, or a bug. */
  batch(request: BatchRequest, call: CallContext): Promise<Analyzed>;
  /** Resolves once the model can answer. */
  ready(): Promise<void>;
  model(): Promise<ServedModel>;
}
