import type { EncodedImage, GenerateRequest, Trace } from "./backend.ts";
import type { NamedTensor } from "./protocol/datatypes.ts";
import type { CallOptions } from "./protocol/session.ts";

/** The names of the models on the wire: docs/backend-protocol.md. */
export const models = {
  florence2: "florence2",
  encoder: "florence2_encoder",
  visionEncoder: "vision_encoder",
  encoderGraph: "encoder_model",
} as const;

const encoder = new TextEncoder();

/** A BYTES tensor `[texts]`. */
export function textTensor(name: string, texts: readonly string[]): NamedTensor {
  return { name, datatype: "BYTES", shape: [texts.length], data: texts.map((text) => encoder.encode(text)) };
}

/** An INT32 tensor `[1]`; none where the value is left out. */
export function countTensors(name: string, value: number | undefined): readonly NamedTensor[] {
  return value === undefined ? [] : [{ name, datatype: "INT32", shape: [1], data: Int32Array.of(value) }];
}

/** A picture as inputs: its digest where the backend takes one, and the file unless `isHeld`. */
export function imageTensors(image: EncodedImage, acceptsDigest: boolean, isHeld: boolean): readonly NamedTensor[] {
  const file: NamedTensor = { name: "image", datatype: "BYTES", shape: [1], data: [image.bytes] };
  return [...(isHeld ? [] : [file]), ...(acceptsDigest ? [textTensor("image_digest", [image.digest])] : [])];
}

/** What goes with a call besides its tensors. */
export function callOptions(signal: AbortSignal, trace: Trace | undefined): CallOptions {
  return { signal, requestId: trace?.requestId, traceparent: trace?.traceparent };
}

/** The decoding rules that the protocol has no tensors for. */
export function decodingParameters({ decoding }: GenerateRequest) {
  const { noRepeatNgramSize, earlyStopping, lengthPenalty } = decoding;
  return {
    ...(noRepeatNgramSize !== undefined && { no_repeat_ngram_size: noRepeatNgramSize }),
    ...(earlyStopping !== undefined && { early_stopping: earlyStopping }),
    ...(lengthPenalty !== undefined && { length_penalty: lengthPenalty }),
  };
}
