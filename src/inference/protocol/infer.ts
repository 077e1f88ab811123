import { decodeReply, encodeRequest } from "./binary-extension.ts";
import type { EncodedMessage } from "./binary-extension.ts";
import type { CodecResult } from "./codec-failure.ts";
import type { Datatype, NamedTensor, Parameters } from "./datatypes.ts";
import { InferenceFailure } from "./failure.ts";
import type { FailureKind } from "./failure.ts";
import type { InferRequest } from "./messages.ts";
import { parseServerTiming } from "./server-timing.ts";
import type { ServerTiming } from "./server-timing.ts";

/** Result of `infer`; contains every requested output. */
export interface InferenceReply {
  readonly modelName: string;
  readonly modelVersion: string | undefined;
  readonly id: string | undefined;
  readonly parameters: Parameters;
  readonly outputs: ReadonlyMap<string, NamedTensor>;
  readonly serverTiming: readonly ServerTiming[];
}

/** Returns the value of a successful result. Throws an `InferenceFailure` of `kind` with the codec's detail otherwise. */
export function unwrapResult<Value>(result: CodecResult<Value>, kind: FailureKind): Value {
  if (result.ok) return result.value;
  throw new InferenceFailure(kind, result.failure.detail);
}

/**
 * Requests binary outputs, unless the caller has chosen otherwise. Named outputs are marked one by one, because not every server supports
 * `binary_data_output`.
 */
function withBinaryOutputs(request: InferRequest): InferRequest {
  const { outputs = [], parameters } = request;
  if (outputs.length === 0) return { ...request, parameters: { binary_data_output: true, ...parameters } };
  const binaryOutputs = outputs.map((output) => ({
    ...output,
    parameters: { binary_data: true, ...output.parameters },
  }));
  return { ...request, outputs: binaryOutputs };
}

/** Adds the remaining time until the deadline, in microseconds as Triton expects, so that the server can drop requests whose deadline has passed. */
export function withTimeout(parameters: Parameters | undefined, remainingMs: number): Parameters {
  return { timeout: Math.floor(remainingMs * 1000), ...parameters };
}

/** Encodes the request. Throws `invalid-request` if that fails. */
export function encodeInfer(request: InferRequest, isBinary: boolean, remainingMs: number): EncodedMessage {
  const timed = { ...request, parameters: withTimeout(request.parameters, remainingMs) };
  return unwrapResult(
    encodeRequest(isBinary ? withBinaryOutputs(timed) : timed, () => isBinary),
    "invalid-request",
  );
}

/** Decodes the reply. Throws `malformed` if that fails, if the id is that of another request, or if a requested output is missing. */
export function decodeInfer(request: InferRequest, body: Uint8Array, headers: Headers): InferenceReply {
  const reply = unwrapResult(decodeReply(body, headers), "malformed");
  const outputs = new Map(reply.outputs.map((output) => [output.name, output]));
  const missing = request.outputs?.find(({ name }) => !outputs.has(name));
  if (missing !== undefined) throw new InferenceFailure("malformed", `The reply has no output ${missing.name}.`);
  if (request.id !== undefined && reply.id !== undefined && reply.id !== request.id) {
    throw new InferenceFailure("malformed", "The reply has the id of another request.");
  }
  const { modelName, modelVersion, id, parameters = {} } = reply;
  const serverTiming = parseServerTiming(headers.get("Server-Timing"));
  return { modelName, modelVersion, id, parameters, outputs, serverTiming };
}

function isOf<Kind extends Datatype>(tensor: NamedTensor, datatype: Kind): tensor is NamedTensor<Kind> & NamedTensor {
  return tensor.datatype === datatype;
}

/** Returns an output. Throws `malformed` if it is missing or has another datatype. */
export function outputOf<Kind extends Datatype>(
  { outputs }: InferenceReply,
  name: string,
  datatype: Kind,
): NamedTensor<Kind> {
  const output = outputs.get(name);
  if (output !== undefined && isOf(output, datatype)) return output;
  throw new InferenceFailure(
    "malformed",
    `The reply's ${name} is ${output?.datatype ?? "missing"} instead of ${datatype}.`,
  );
}
