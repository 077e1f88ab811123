import type { ProblemCode, Issue } from "../contract/problems.ts";
import { Problem } from "../contract/problems.ts";
import type { GenerationEvent, ModelDescription } from "../inference/backend.ts";
import type { Graphs } from "../runtime/florence2.ts";
import type { Tensor, TensorPort } from "../runtime/session.ts";
import type { EncodedJob, EncodeJob, EngineLoad, GenerateJob, StageTimes } from "./engine.ts";
import { UnknownDigestError } from "./feature-store.ts";

type Tensors = Readonly<Record<string, Tensor>>;

/** What an engine can be asked, by name; `answer` is what comes back in the end. */
export interface Calls {
  readonly generate: { readonly job: GenerateJob; readonly answer: StageTimes };
  readonly encode: { readonly job: EncodeJob; readonly answer: EncodedJob };
  readonly run: {
    readonly graph: keyof Graphs;
    readonly inputs: Tensors;
    readonly outputs: readonly string[];
    readonly answer: Tensors;
  };
}

/** A call as it is posted. */
export type Call = { [Name in keyof Calls]: { readonly type: Name } & Omit<Calls[Name], "answer"> }[keyof Calls];

/** To the engine's thread; `id` tells calls apart. */
export type ToEngine =
  | { readonly type: "call"; readonly id: number; readonly call: Call }
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "stop" };

/** A graph's ports, by the graph's name. */
export type GraphPorts = Readonly<
  Record<keyof Graphs, { readonly inputs: readonly TensorPort[]; readonly outputs: readonly TensorPort[] }>
>;

/** From the engine's thread. */
export type FromEngine =
  | {
      readonly type: "ready";
      readonly description: ModelDescription;
      readonly ports: GraphPorts;
      readonly positions: number;
    }
  | { readonly type: "event"; readonly id: number; readonly event: GenerationEvent }
  | { readonly type: "answer"; readonly id: number; readonly answer: Calls[keyof Calls]["answer"] }
  | { readonly type: "failed"; readonly id: number; readonly failure: Failure }
  | { readonly type: "digest"; readonly digest: string; readonly isKnown: boolean }
  | { readonly type: "load"; readonly load: EngineLoad };

/** What goes to the other thread without a copy: buffers of tensors that nothing here holds any more. */
export function buffersOf(tensors: Iterable<Pick<Tensor, "data">>): readonly ArrayBuffer[] {
  const buffers = Array.from(tensors, ({ data }) => data.buffer);
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer);
}

/** An error that can be posted: threads share no classes. */
export type Failure =
  | { readonly type: "problem"; readonly code: ProblemCode; readonly detail: string; readonly issues: readonly Issue[] }
  | { readonly type: "unknown-digest"; readonly digest: string };

/** What was thrown, to be posted. What is no `Problem` is a bug, and is told as one. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof UnknownDigestError) return { type: "unknown-digest", digest: thrown.message };
  if (thrown instanceof Problem) {
    const { code, detail, issues } = thrown;
    return { type: "problem", code, detail, issues };
  }
  const detail = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return { type: "problem", code: "internal", detail, issues: [] };
}

/** What was posted, to be thrown again. */
export function errorOf(failure: Failure): Error {
  if (failure.type === "unknown-digest") return new UnknownDigestError(failure.digest);
  return new Problem(failure.code, failure.detail, { issues: failure.issues });
}
