import { decodeReply, encodeRequest } from "./binary-extension.ts";
import type { EncodedMessage } from "./binary-extension.ts";
import type { CodecResult } from "./codec-failure.ts";
import type { Datatype, NamedTensor, Parameters } from "./datatypes.ts";
import { InferenceFailure } from "./failure.ts";
import type { FailureKind } from "./failure.ts";
import type { InferRequest } from "./messages.ts";
import { parseServerTiming } from "./server-timing.ts";
import type { ServerTiming } from "./server-timing.ts";

/** What `infer` resolves to: every output that was asked for is there. */
export interface InferenceReply {
  readonly modelName: string;
  readonly modelVersion: string | undefined;
  readonly id: string | undefined;
  readonly parameters: Parameters;
  readonly outputs: ReadonlyMap<string, NamedTensor>;
  readonly serverTiming: readonly ServerTiming[];
}

/** The value, or the codec's words as a failure of that kind. */
export function unwrapResult<Value>(result: CodecResult<Value>, kind: FailureKind): Value {
  if (result.ok) return result.value;
  throw new InferenceFailure(kind, result.failure.detail);
}

/** Asks for binary outputs where the caller has not said otherwise: one by one, since not every server knows `binary_data_output`. */
function askForBinary(request: InferRequest): InferRequest {
  const { outputs = [], parameters } = request;
  if (outputs.length === 0) return { ...request, parameters: { binary_data_output: true, ...parameters } };
  const asked = outputs.map((output) => ({ ...output, parameters: { binary_data: true, ...output.parameters } }));
  return { ...request, outputs: asked };
}

/** Parameters with what is left of the deadline, in microseconds as Triton reads it, so that the server can drop what nobody waits for. */
export function withTimeout(parameters: Parameters | undefined, remainingMs: number): Parameters {
  return { timeout: Math.floor(remainingMs * 1000), ...parameters };
}

/** The request as it is sent. Throws `invalid-request` where it cannot be written. */
export function encodeInfer(request: InferRequest, isBinary: boolean, remainingMs: number): EncodedMessage {
  const timed = { ...request, parameters: withTimeout(request.parameters, remainingMs) };
  return unwrapResult(
    encodeRequest(isBinary ? askForBinary(timed) : timed, () => isBinary),
    "invalid-request",
  );
}

/** The reply as it came. Throws `malformed` where it cannot be read, belongs to another request or lacks an output. */
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

/** An output that must be there and of that datatype. Throws `malformed` otherwise. */
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
