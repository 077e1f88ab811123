import type { EncodedImage, GenerateRequest, Trace } from "./backend.ts";
import type { NamedTensor } from "./protocol/datatypes.ts";
import type { CallOptions } from "./protocol/session.ts";

/** Model names in the protocol: docs/backend-protocol.md. */
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

/** An INT32 tensor `[1]`; an empty list if the value is undefined. */
export function countTensors(name: string, value: number | undefined): readonly NamedTensor[] {
  return value === undefined ? [] : [{ name, datatype: "INT32", shape: [1], data: Int32Array.of(value) }];
}

/** What a backend accepts beside an image's file. */
export interface DigestSupport {
  readonly acceptsDigest: boolean;
  readonly acceptsScope: boolean;
}

/** Input tensors of an image: its digest and scope if the backend accepts them, and the file unless the backend has cached its features. */
export function imageTensors(
  image: EncodedImage,
  { acceptsDigest, acceptsScope }: DigestSupport,
  isCached: boolean,
): readonly NamedTensor[] {
  const { bytes, digest, scope } = image;
  const file: NamedTensor = { name: "image", datatype: "BYTES", shape: [1], data: [bytes] };
  return [
    ...(isCached ? [] : [file]),
    ...(acceptsDigest ? [textTensor("image_digest", [digest])] : []),
    ...(acceptsScope && scope !== undefined ? [textTensor("image_scope", [scope])] : []),
  ];
}

/** Call options: signal, trace headers and caller. */
export function callOptions(signal: AbortSignal, trace: Trace | undefined): CallOptions {
  return { signal, requestId: trace?.requestId, traceparent: trace?.traceparent, caller: trace?.caller };
}

/** Decoding parameters that are sent as request parameters, not as tensors. */
export function decodingParameters({ decoding }: GenerateRequest) {
  const { noRepeatNgramSize, earlyStopping, lengthPenalty } = decoding;
  return {
    ...(noRepeatNgramSize !== undefined && { no_repeat_ngram_size: noRepeatNgramSize }),
    ...(earlyStopping !== undefined && { early_stopping: earlyStopping }),
    ...(lengthPenalty !== undefined && { length_penalty: lengthPenalty }),
  };
}
