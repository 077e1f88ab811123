import type { Answer, AnswerType } from "./answers.ts";
import type { InputKind, TaskOptions } from "./requests.ts";

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
  | { readonly kind: "base64"; readonly text: string };

/** One validated request for one task. */
export interface TaskRequest {
  readonly task: string;
  readonly image: ImageInput;
  readonly options: TaskOptions;
}

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

/** What the HTTP room asks of the rest: the only things that a route can do. Every method throws `Problem`. */
export interface Service {
  answer(request: TaskRequest, signal: AbortSignal, trace?: RequestTrace): Promise<Answer>;
  /** Resolves once the model can answer. */
  ready(): Promise<void>;
  model(): Promise<ServedModel>;
}
