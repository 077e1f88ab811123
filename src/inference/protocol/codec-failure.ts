import { excerpt } from "../../bytes/excerpt.ts";

/** Reasons why a message cannot be encoded or decoded. The keys are stable; a server answers each with status 400. */
export const codecFailures = {
  "header-length": "Inference-Header-Content-Length is not a number of bytes that the body has",
  "raw-mode": "a body that is one tensor without a JSON header (Inference-Header-Content-Length: 0) is not supported",
  json: "the JSON header cannot be read",
  field: "a field of the JSON header is missing or of the wrong kind",
  datatype: "a datatype is unknown",
  shape: "a shape is not a list of sizes, or holds too many elements",
  "duplicate-name": "two tensors have the same name",
  "element-count": "the data have more or fewer elements than the shape says",
  "byte-count": "the binary data are longer or shorter than the JSON header says",
  element: "an element does not fit the tensor's datatype",
  "inexact-integer": "an integer cannot be read exactly from JSON here: send it as binary data",
  "binary-only": "the values cannot be written as JSON: send them as binary data",
} as const;

/** A key of `codecFailures`. */
export type CodecFailureCode = keyof typeof codecFailures;

/** Why a message was rejected; `detail` names the tensor or the field. */
export interface CodecFailure {
  readonly code: CodecFailureCode;
  readonly detail: string;
}

/** Result of the codec, which never throws on invalid data. */
export type CodecResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: CodecFailure };

/** Thrown inside the codec, with an excerpt of `where`, since names are untrusted input; `codecResultOf` converts it to a failed result at the codec's interface. */
export class CodecError extends Error {
  override readonly name = "CodecError";
  readonly failure: CodecFailure;

  constructor(code: CodecFailureCode, where: string) {
    const detail = `${excerpt(where)}: ${codecFailures[code]}.`;
    super(detail);
    this.failure = { code, detail };
  }
}

/** Runs `work` and returns its result. A `CodecError` becomes a failed result; any other error is a bug and is rethrown. */
export function codecResultOf<Value>(work: () => Value): CodecResult<Value> {
  try {
    return { ok: true, value: work() };
  } catch (thrown) {
    if (thrown instanceof CodecError) return { ok: false, failure: thrown.failure };
    throw thrown;
  }
}
