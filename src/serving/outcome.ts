import type { StageTimes } from "../engine/engine.ts";

/** What became of one request, for the log and the metrics. */
export interface Outcome {
  readonly requestId: string;
  /** The trace that the caller is in, if it said so. */
  readonly traceparent: string | undefined;
  /** Empty where the address named no model that there is. */
  readonly model: string;
  readonly operation: "infer" | "generate_stream";
  readonly status: number;
  readonly code: string | undefined;
  readonly ms: number;
  readonly times: StageTimes | undefined;
  /** Tokens written. */
  readonly tokens: number;
  /** What was thrown, if it is ours to mend. */
  readonly fault: unknown;
}

/** An outcome as a handler knows it; the rest is known where it is recorded. */
export type Result = Pick<Outcome, "status"> & Partial<Pick<Outcome, "code" | "times" | "tokens" | "fault">>;
