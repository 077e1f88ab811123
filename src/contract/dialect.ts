import type { JsonForm } from "./forms.ts";
import type { JsonObject } from "./json-object.ts";
import type { ProblemDetails } from "./problem-details.ts";
import type { Analyzed, AnalyzeRequest, AnswerPart } from "./service.ts";

/** A request to a route of another API's dialect, with its body read. */
export interface DialectRequest {
  readonly url: URL;
  readonly headers: Headers;
  /** A JSON object; or any other body, which is an image. */
  readonly body:
    | {
        readonly kind: "json";
        /** Without members that are null, which count as absent. */
        readonly given: JsonObject;
        /** As it was sent, for parts in which null means null. */
        readonly sent: JsonObject;
      }
    | { readonly kind: "bytes"; readonly bytes: Uint8Array };
}

/** A response's body in another dialect. */
export interface DialectBody {
  readonly json: unknown;
  /** What the body says, without what differs from request to request (ids, times): bodies with equal ones have the same ETag. */
  readonly says: unknown;
  /** Returns the body with what the answer was charged, in micro-US-dollars; left out if it has no place for that. */
  readonly withCharge?: (amount: number) => unknown;
}

/** One event of a stream in another dialect. */
export type DialectEvent = JsonObject;

/** How one answer is streamed in another dialect. */
export interface DialectStream {
  /** Returns the events that a part becomes. Throws `Problem` if the answer cannot be told. */
  readonly push: (part: AnswerPart) => readonly DialectEvent[];
  /** The event of a problem after the stream has begun. */
  readonly fail: (details: ProblemDetails) => DialectEvent;
  /** The name of each event; left out if events have none. */
  readonly nameOf?: (event: DialectEvent) => string;
  /** The data of a last event that is no JSON, sent after a failure too. */
  readonly end?: string;
}

/** A request for one task. */
export interface TaskTranslation {
  readonly kind: "task";
  readonly task: string;
  /** The JSON body of the task's own path, not validated. */
  readonly given: JsonObject;
  /** Throws `Problem` if the answer cannot be told in this dialect as it was asked. */
  readonly reply: (form: JsonForm, requestId: string) => DialectBody;
  readonly stream: (requestId: string) => DialectStream;
}

/** A request for several tasks on one image. */
export interface SeveralTranslation {
  readonly kind: "several";
  readonly request: AnalyzeRequest;
  /** Throws the first problem among the results: the dialects of others have no result for each task. */
  readonly reply: (analyzed: Analyzed) => DialectBody;
}

/** A request in another dialect as one of ours. */
export type Translation = TaskTranslation | SeveralTranslation;

/** A problem in another dialect. */
export interface DialectProblem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: unknown;
}

/**
 * A dialect is another API's paths and shapes for what ours answers, so that programs written for that API can ask this one. It is a translation to and from the contract: the
 * request passes through the same flow as one of ours.
 */
export interface Dialect {
  /** Translates a request to the named route. Throws `Problem`. */
  readonly translate: (route: string, request: DialectRequest) => Translation;
  /** Answers a GET of the named route. Throws `Problem`. */
  readonly read: (route: string, url: URL) => unknown;
  readonly problem: (details: ProblemDetails, path: string) => DialectProblem;
  /** Headers of every answer. */
  readonly headers: (requestId: string) => Readonly<Record<string, string>>;
}

/** One route of a dialect. */
export interface DialectRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** The name by which the dialect knows it. */
  readonly name: string;
  /** Whether a body that is not JSON is taken, as an image. */
  readonly takesBytes: boolean;
}

/** Where a dialect is served. Its code is loaded by the first request to it. */
export interface DialectMount {
  /** All that begins with it is told in the dialect's shape, paths that do not exist too. */
  readonly prefix: string;
  readonly routes: readonly DialectRoute[];
  readonly load: () => Promise<Dialect>;
}
