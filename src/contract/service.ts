import type { AnswerType } from "./answers.ts";
import type { Form } from "./forms.ts";
import type { Payer } from "./payer.ts";
import type { Problem } from "./problems.ts";
import type { InputKind, TaskOptions } from "./requests.ts";
import type { AnswerEvent } from "./stream-events.ts";

/** The part of a task that the contract needs. The table of tasks belongs to the model (`florence/tasks.ts`); `functions/` passes it in. */
export interface TaskRow {
  /** Kebab-case, as in the path. */
  readonly name: string;
  readonly summary: string;
  readonly input: InputKind;
  /** The task's possible answer types; open-vocabulary detection has two. */
  readonly answers: readonly AnswerType[];
}

/** An image as received, not yet parsed. */
export type ImageInput =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "base64"; readonly text: string }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "upload"; readonly handle: string };

/** One validated request for one task. */
export interface TaskRequest {
  readonly task: string;
  readonly image: ImageInput;
  readonly options: TaskOptions;
}

/** When a request for several tasks is answered. */
export interface LaterOptions {
  readonly async?: boolean | undefined;
  readonly webhook?: string | undefined;
}

/** One of several tasks on one image: a valid request, or its problem. */
export type AnalyzeItem = Omit<TaskRequest, "image"> | { readonly task: string; readonly problem: Problem };

/** Several tasks on one image. */
export interface AnalyzeRequest extends LaterOptions {
  readonly image: ImageInput;
  readonly items: readonly AnalyzeItem[];
}

/** The result of each item, in request order: an answer or a problem. */
export interface Analyzed extends Omit<Answered, "answer"> {
  readonly results: readonly (Form | Problem)[];
}

/** One task on its own image: a valid request, or its problem. */
export type BatchItem = TaskRequest | { readonly task: string; readonly problem: Problem };

/** Several tasks, each on its own image. */
export interface BatchRequest extends LaterOptions {
  readonly items: readonly BatchItem[];
}

/** One event of a streamed answer; a failure is thrown instead. */
export type AnswerPart = Exclude<AnswerEvent, { type: "error" }>;

/** Called with each part of an answer as it is generated, and with the cache report; the last part is `done`. Never throws. */
export type EmitPart = (part: AnswerPart, cache: CacheReport) => void;

/** The model that answers, as `GET /v1/models` shows it. */
export interface ServedModel {
  readonly id: string;
  readonly revision: string;
  readonly dtype: string;
  /** What the model can be asked about and what not; empty if nothing is known. */
  readonly domain: string;
  /** Side of the model's square input image, in pixels. */
  readonly image_size: number;
}

/** Identifiers of a request in logs and in other services. */
export interface RequestTrace {
  readonly requestId: string;
  /** The caller's W3C trace context, unchanged. */
  readonly traceparent: string | undefined;
}

/** The parsed Cache-Control header of the caller. */
export interface CacheDirectives {
  /** `no-store`: the cache is neither read nor written. */
  readonly noStore: boolean;
  /** `no-cache`: the answer is generated again, and stored. */
  readonly noCache: boolean;
  /** `only-if-cached`: the backend is not called for a miss. */
  readonly onlyIfCached: boolean;
  /** `max-age`, in seconds: an older entry is stale. */
  readonly maxAge: number | undefined;
  /** `stale-if-error`, in seconds: if the backend fails, an entry is served that is older than `max-age` by at most this. */
  readonly staleIfError: number | undefined;
}

/** How the cache handled a request, in the terms of RFC 9211. */
export interface CacheReport {
  readonly hit: boolean;
  /** Why the request was forwarded: there was no entry, it was too old, or the caller's directives require it. */
  readonly fwd: "miss" | "stale" | "request" | undefined;
  readonly stored: boolean;
  /** Whether the answer is the result of another request's work. */
  readonly collapsed: boolean;
  /** Whether the answer is older than the caller accepts, because the backend failed. */
  readonly stale: boolean;
  /** Seconds since the oldest part of the answer was generated. */
  readonly age: number;
}

/** Durations of a request's stages, in milliseconds, by their names in Server-Timing. */
export type StageTimings = Readonly<Record<string, number>>;

/** An answer in the requested form, with its cache report and its timings. */
export interface Answered {
  readonly answer: Form;
  readonly cache: CacheReport;
  readonly timings: StageTimings;
}

/** The context of a request: its caller, cancellation, trace and cache directives. */
export interface CallContext {
  readonly signal: AbortSignal;
  /** Aborted, and `signal` with it, when the time of the request is over; left out if it has no limit of its own. */
  readonly deadline?: AbortSignal;
  /** Whose request it is: callers share the model fairly. Never logged. */
  readonly caller: string;
  readonly trace: RequestTrace;
  readonly cache: CacheDirectives;
  /** Whose entries the caches keep apart from those of others; left out if all callers share them. */
  readonly cacheOwner?: string | undefined;
  /** Who pays; left out where answers cost nothing. */
  readonly payer?: Payer | undefined;
  /** The account that asks, whose uploads it may name; left out where there are no accounts. */
  readonly account?: string | undefined;
}

/** The port between `http/` and the rest: everything that a route can call. Every method throws `Problem`. */
export interface Service {
  answer(request: TaskRequest, call: CallContext): Promise<Answered>;
  /** Like `answer`, but emits parts while they are generated; resolves after the last part. */
  stream(request: TaskRequest, call: CallContext, emit: EmitPart): Promise<void>;
  /** Throws only if no task can be answered: the image is invalid, or the backend failed for all tasks. */
  analyze(request: AnalyzeRequest, call: CallContext): Promise<Analyzed>;
  /** Throws only errors that belong to no item: a cancellation, or a bug. */
  batch(request: BatchRequest, call: CallContext): Promise<Analyzed>;
  /** Resolves once the model can answer. */
  ready(): Promise<void>;
  model(): Promise<ServedModel>;
}
