import type { StageTimes } from "../engine/engine.ts";
import type { Datatype, NamedTensor, Parameters } from "../inference/protocol/datatypes.ts";

/** The only version of every model here: a new one is a new process. */
export const MODEL_VERSION = "1";

/** An input or output as metadata show it; -1 where a size is free. */
export interface TensorMetadata {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/** An input, with what the protocol has no word for. */
export interface InputMetadata extends TensorMetadata {
  /** Whether a request may leave it out. */
  readonly isOptional?: boolean;
}

/** What a request asks of a model, its tensors by name. */
export interface ModelRequest {
  readonly inputs: ReadonlyMap<string, NamedTensor>;
  readonly parameters: Parameters;
  /** The names of the outputs that are wanted. */
  readonly outputNames: ReadonlySet<string>;
}

/** A model's answer; `tokens` were written for it. */
export interface ModelReply {
  readonly outputs: readonly NamedTensor[];
  readonly times: StageTimes;
  readonly tokens: number;
}

/** One event of a stream, as it is sent. */
export type StreamFrame = Readonly<Record<string, unknown>>;

/** Something that answers under `/v2/models/{name}`. Rejects with `Problem`, `ServingFailure` or `UnknownDigestError`. */
export interface ServedModel {
  readonly name: string;
  readonly inputs: readonly InputMetadata[];
  readonly outputs: readonly TensorMetadata[];
  /** What metadata say beside the protocol's fields. */
  readonly parameters?: Parameters;
  infer(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
  /** `body` is the parsed JSON of a generate request. Whatever is wrong with it shows before the first frame. */
  readonly stream?: (
    body: unknown,
    emit: (frame: StreamFrame) => void,
    signal: AbortSignal,
  ) => Promise<Pick<ModelReply, "times" | "tokens">>;
}
