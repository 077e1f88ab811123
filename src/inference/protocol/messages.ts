import type { NamedTensor, Parameters } from "./datatypes.ts";
import {
  checkNames,
  checkParameters,
  fieldsOf,
  optionalListOf,
  optionalTextOf,
  parametersOf,
  textOf,
} from "./fields.ts";
import type { Fields } from "./fields.ts";

/** An output that is asked for. `parameters.binary_data` asks for its encoding; the client sets it where it is left out. */
export interface RequestedOutput {
  readonly name: string;
  readonly parameters?: Parameters | undefined;
}

/** The body of `POST /v2/models/{model}/infer`. */
export interface InferRequest {
  readonly id?: string | undefined;
  readonly parameters?: Parameters | undefined;
  readonly inputs: readonly NamedTensor[];
  /** All of the model's outputs where it is left out or empty. */
  readonly outputs?: readonly RequestedOutput[] | undefined;
}

/** What the server answers to it. */
export interface InferReply {
  readonly modelName: string;
  readonly modelVersion?: string | undefined;
  readonly id?: string | undefined;
  readonly parameters?: Parameters | undefined;
  readonly outputs: readonly NamedTensor[];
}

/** A message's JSON but for its tensors. What is undefined is not written. Throws `CodecError`; likewise below. */
export function requestFields({ id, parameters, outputs = [] }: InferRequest): Fields {
  checkNames(outputs, "outputs");
  checkParameters(parameters, "parameters");
  for (const output of outputs) checkParameters(output.parameters, `outputs.${output.name}.parameters`);
  return { id, parameters, ...(outputs.length > 0 && { outputs }) };
}

/** Likewise of a reply. */
export function replyFields({ modelName, modelVersion, id, parameters }: InferReply): Fields {
  checkParameters(parameters, "parameters");
  return { model_name: modelName, model_version: modelVersion, id, parameters };
}

function requestedOutputOf(value: unknown, index: number): RequestedOutput {
  const where = `outputs.${index}`;
  const fields = fieldsOf(value, where);
  const parameters = parametersOf(fields["parameters"], `${where}.parameters`);
  return { name: textOf(fields["name"], `${where}.name`), ...(parameters && { parameters }) };
}

function commonOf(fields: Fields) {
  const id = optionalTextOf(fields["id"], "id");
  const parameters = parametersOf(fields["parameters"], "parameters");
  return { ...(id !== undefined && { id }), ...(parameters && { parameters }) };
}

/** A request of its parsed JSON and its decoded tensors. */
export function requestOf(fields: Fields, inputs: readonly NamedTensor[]): InferRequest {
  const outputs = optionalListOf(fields["outputs"], "outputs").map(requestedOutputOf);
  checkNames(outputs, "outputs");
  return { ...commonOf(fields), inputs, ...(outputs.length > 0 && { outputs }) };
}

/** Likewise a reply. */
export function replyOf(fields: Fields, outputs: readonly NamedTensor[]): InferReply {
  const modelVersion = optionalTextOf(fields["model_version"], "model_version");
  const modelName = textOf(fields["model_name"], "model_name");
  return { modelName, ...(modelVersion !== undefined && { modelVersion }), ...commonOf(fields), outputs };
}

/** Which outputs a request wants as binary data: each may say so itself, `binary_data_output` speaks for the others. */
export function wantsBinary({ parameters, outputs = [] }: InferRequest): (name: string) => boolean {
  const others = parameters?.["binary_data_output"] === true;
  const each = new Map(outputs.map((output) => [output.name, output.parameters?.["binary_data"]]));
  return (name) => (each.get(name) ?? others) === true;
}
