import type { BodyCount } from "../http/body.ts";
import type { StageTimes } from "../engine/stopwatch.ts";
import type { Datatype, NamedTensor, Parameters } from "../inference/protocol/datatypes.ts";

/** The version of every served model: a new version needs a new process. */
export const MODEL_VERSION = "1";

/** An input or output in the model metadata; -1 marks a free dimension. */
export interface TensorMetadata {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/** An input, with a property that the protocol does not define. */
export interface InputMetadata extends TensorMetadata {
  /** Whether a request may omit the input. */
  readonly isOptional?: boolean;
}

/** A decoded infer request, with its tensors by name. */
export interface ModelRequest {
  readonly inputs: ReadonlyMap<string, NamedTensor>;
  readonly parameters: Parameters;
  /** Names of the requested outputs. */
  readonly outputNames: ReadonlySet<string>;
}

/** Result of a model, with the number of generated tokens. */
export interface ModelReply {
  readonly outputs: readonly NamedTensor[];
  readonly times: StageTimes;
  readonly tokens: number;
}

/** One event of a stream, as it is sent. */
export type StreamFrame = Readonly<Record<string, unknown>>;

/** The circumstances of a request. */
export interface ServingCall {
  /** How the bytes of the message are counted. */
  readonly body: BodyCount;
  readonly signal: AbortSignal;
  /** Opaque id of whoever asks; empty if it is not known. */
  readonly caller: string;
  /** Runs the part of the work that takes memory or the model, when the message was read and checked. Rejects as `Admission.admit` does. */
  readonly admit: <Result>(units: number, work: () => Promise<Result>) => Promise<Result>;
}

/** A model that is served at `/v2/models/{name}`. Its methods reject with `Problem`, `ServingFailure` or `UnknownDigestError`. */
export interface ServedModel {
  readonly name: string;
  readonly inputs: readonly InputMetadata[];
  readonly outputs: readonly TensorMetadata[];
  /** Additional parameters in the metadata. */
  readonly parameters?: Parameters;
  infer(request: ModelRequest, call: ServingCall): Promise<ModelReply>;
  /** Streams a generation; left out if the model does not stream. `body` is parsed JSON; an invalid one is rejected before the first frame. */
  readonly stream?: (
    body: unknown,
    emit: (frame: StreamFrame) => void,
    call: ServingCall,
  ) => Promise<Pick<ModelReply, "times" | "tokens">>;
}
