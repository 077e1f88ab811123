import { decodeRequest, encodeReply } from "../inference/protocol/binary-extension.ts";
import type { ModelIdentity } from "../inference/backend.ts";
import { identityParameters } from "../inference/model-identity.ts";
import { type InferRequest, wantsBinary } from "../inference/protocol/messages.ts";
import { excerpt } from "../bytes/excerpt.ts";
import { readMessage } from "./body.ts";
import { checkInputs } from "./inputs.ts";
import {
  MODEL_VERSION,
  type ModelReply,
  type ServedModel,
  type ServingCall,
  type TensorMetadata,
} from "./served-model.ts";
import { codecFailure, ServingFailure } from "./serving-failure.ts";

/** Returns the names of the requested outputs, or of all that can be encoded if none are requested. Throws `invalid-request` for an unknown one. */
function requestedOutputs(model: ServedModel, request: InferRequest): ReadonlySet<string> {
  const { outputs = [] } = request;
  const isBinary = wantsBinary(request);
  // FP16 has no JSON encoding.
  const isSendable = ({ name, datatype }: TensorMetadata) => datatype !== "FP16" || isBinary(name);
  const offered = new Set(model.outputs.map(({ name }) => name));
  const all = () => model.outputs.filter(isSendable).map(({ name }) => name);
  const outputNames = new Set(outputs.length === 0 ? all() : outputs.map(({ name }) => name));
  const unknown = [...outputNames].find((name) => !offered.has(name));
  if (unknown === undefined) return outputNames;
  throw new ServingFailure("invalid-request", `The model has no output ${excerpt(unknown)}.`);
}

/** The encoded response of an inference, and the model's reply with times and token count. */
export interface InferResponse {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  readonly reply: ModelReply;
}

/**
 * Decodes an infer request, runs the model and encodes the reply, which contains `identity`. Rejects as `ServedModel` does, and if the message
 * is invalid.
 */
export async function infer(
  model: ServedModel,
  identity: ModelIdentity,
  request: Request,
  call: ServingCall,
): Promise<InferResponse> {
  const body = await readMessage(request, call.body);
  const decoded = decodeRequest(body, request.headers);
  if (!decoded.ok) throw codecFailure(decoded.failure);
  const { inputs: tensors, parameters = {}, id } = decoded.value;
  const inputs = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  checkInputs(inputs, model.inputs);
  const outputNames = requestedOutputs(model, decoded.value);
  const reply = await model.infer({ inputs, parameters, outputNames }, call);
  const outputs = reply.outputs.filter(({ name }) => outputNames.has(name));
  const named = { modelName: model.name, modelVersion: MODEL_VERSION, parameters: identityParameters(identity) };
  const encoded = encodeReply({ ...named, id, outputs }, wantsBinary(decoded.value));
  if (!encoded.ok) throw codecFailure(encoded.failure);
  return { ...encoded.value, reply };
}
