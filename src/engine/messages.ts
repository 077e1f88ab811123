import type { ProblemCode, Issue } from "../contract/problems.ts";
import { Problem } from "../contract/problems.ts";
import type { GenerationEvent, ModelDescription } from "../inference/backend.ts";
import type { Graphs } from "../runtime/florence2.ts";
import type { Tensor, TensorInfo } from "../runtime/session.ts";
import type { EncodedJob, EncodeJob, EngineLoad, GenerateJob } from "./engine.ts";
import { UnknownDigestError } from "./feature-cache.ts";
import type { StageTimes } from "./stopwatch.ts";

type Tensors = Readonly<Record<string, Tensor>>;

/** The calls that the engine thread accepts, by name, with their arguments and the type of their `result`. */
export interface Calls {
  readonly generate: { readonly job: GenerateJob; readonly result: StageTimes };
  readonly encode: { readonly job: EncodeJob; readonly result: EncodedJob };
  readonly run: {
    readonly graph: keyof Graphs;
    readonly inputs: Tensors;
    readonly outputs: readonly string[];
    readonly result: Tensors;
  };
}

/** A call as it is posted to the engine thread. */
export type Call = { [Name in keyof Calls]: { readonly type: Name } & Omit<Calls[Name], "result"> }[keyof Calls];

/** Messages to the engine thread; `id` identifies the call. */
export type ToEngine =
  | { readonly type: "call"; readonly id: number; readonly call: Call }
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "stop" };

/** Input and output ports of each graph. */
export type GraphSignatures = Readonly<
  Record<keyof Graphs, { readonly inputs: readonly TensorInfo[]; readonly outputs: readonly TensorInfo[] }>
>;

/** Messages from the engine thread. */
export type FromEngine =
  | {
      readonly type: "ready";
      readonly description: ModelDescription;
      readonly ports: GraphSignatures;
      readonly positions: number;
    }
  | { readonly type: "event"; readonly id: number; readonly event: GenerationEvent }
  | { readonly type: "result"; readonly id: number; readonly result: Calls[keyof Calls]["result"] }
  | { readonly type: "failed"; readonly id: number; readonly failure: Failure }
  | { readonly type: "digest"; readonly digest: string; readonly isKnown: boolean }
  | { readonly type: "load"; readonly load: EngineLoad };

/** Returns the distinct buffers of tensors, to be transferred to the other thread without a copy. This thread must not use them afterwards. */
export function buffersOf(tensors: Iterable<Pick<Tensor, "data">>): readonly ArrayBuffer[] {
  const buffers = Array.from(tensors, ({ data }) => data.buffer);
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}

/** An error in a form that can be posted: structured cloning does not preserve classes. */
export type Failure =
  | { readonly type: "problem"; readonly code: ProblemCode; readonly detail: string; readonly issues: readonly Issue[] }
  | { readonly type: "unknown-digest"; readonly digest: string };

/** Converts a thrown value for posting. Anything but `Problem` and `UnknownDigestError` is a bug and becomes the problem `internal`. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof UnknownDigestError) return { type: "unknown-digest", digest: thrown.message };
  if (thrown instanceof Problem) {
    const { code, detail, issues } = thrown;
    return { type: "problem", code, detail, issues };
  }
  const detail = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return { type: "problem", code: "internal", detail, issues: [] };
}

/** Converts a posted failure back into the error to throw. */
export function errorOf(failure: Failure): Error {
  if (failure.type === "unknown-digest") return new UnknownDigestError(failure.digest);
  return new Problem(failure.code, failure.detail, { issues: failure.issues });
}
