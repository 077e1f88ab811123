/** Why a message cannot be written or read. The keys are stable; a server answers each with status 400. */
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

/** A row's name. */
export type CodecFailureCode = keyof typeof codecFailures;

/** What is wrong with one message; `detail` names the tensor or the field. */
export interface CodecFailure {
  readonly code: CodecFailureCode;
  readonly detail: string;
}

/** What the codec answers: it never throws on data. */
export type CodecResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: CodecFailure };

/** Most characters of a name that a failure repeats: names come from outside. */
const MAX_NAME_LENGTH = 200;

/** How the codec's own functions give up; `attempt` turns it into a result at the codec's door. */
export class CodecError extends Error {
  override readonly name = "CodecError";
  readonly failure: CodecFailure;

  constructor(code: CodecFailureCode, where: string) {
    const detail = `${where.slice(0, MAX_NAME_LENGTH)}: ${codecFailures[code]}.`;
    super(detail);
    this.failure = { code, detail };
  }
}

/** Runs `work`; a `CodecError` becomes a failed result, anything else is a bug of ours and is thrown on. */
export function attempt<Value>(work: () => Value): CodecResult<Value> {
  try {
    return { ok: true, value: work() };
  } catch (thrown) {
    if (thrown instanceof CodecError) return { ok: false, failure: thrown.failure };
    throw thrown;
  }
}
