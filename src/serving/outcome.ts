import type { StageTimes } from "../engine/stopwatch.ts";

/** Outcome of one request, for the log and the metrics. */
export interface Outcome {
  readonly requestId: string;
  /** The caller's W3C trace context, if it sent a valid one. */
  readonly traceparent: string | undefined;
  /** Name of the model; empty if the path named no existing model. */
  readonly model: string;
  readonly operation: "infer" | "generate_stream";
  readonly status: number;
  readonly code: string | undefined;
  /** Duration of the request, in milliseconds. */
  readonly ms: number;
  readonly times: StageTimes | undefined;
  /** Number of generated tokens. */
  readonly tokens: number;
  /** The thrown value, if the error is a fault of the server. */
  readonly fault: unknown;
}

/** The part of an outcome that a handler reports; the recorder adds the rest. */
export type Result = Pick<Outcome, "status"> & Partial<Pick<Outcome, "code" | "times" | "tokens" | "fault">>;
