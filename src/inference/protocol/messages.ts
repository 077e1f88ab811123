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

/** A requested output. `parameters.binary_data` selects its encoding; the client sets it if it is missing. */
export interface RequestedOutput {
  readonly name: string;
  readonly parameters?: Parameters | undefined;
}

/** The body of `POST /v2/models/{model}/infer`. */
export interface InferRequest {
  readonly id?: string | undefined;
  readonly parameters?: Parameters | undefined;
  readonly inputs: readonly NamedTensor[];
  /** All outputs of the model if it is undefined or empty. */
  readonly outputs?: readonly RequestedOutput[] | undefined;
}

/** The reply to `InferRequest`. */
export interface InferReply {
  readonly modelName: string;
  readonly modelVersion?: string | undefined;
  readonly id?: string | undefined;
  readonly parameters?: Parameters | undefined;
  readonly outputs: readonly NamedTensor[];
}

/** The JSON fields of a request except its inputs; undefined fields are omitted. Throws `CodecError`, like the functions below. */
export function requestFields({ id, parameters, outputs = [] }: InferRequest): Fields {
  checkNames(outputs, "outputs");
  checkParameters(parameters, "parameters");
  for (const output of outputs) checkParameters(output.parameters, `outputs.${output.name}.parameters`);
  return { id, parameters, ...(outputs.length > 0 && { outputs }) };
}

/** The JSON fields of a reply except its outputs. */
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

/** Builds a request from its parsed JSON and its decoded inputs. */
export function requestOf(fields: Fields, inputs: readonly NamedTensor[]): InferRequest {
  const outputs = optionalListOf(fields["outputs"], "outputs").map(requestedOutputOf);
  checkNames(outputs, "outputs");
  return { ...commonOf(fields), inputs, ...(outputs.length > 0 && { outputs }) };
}

/** Builds a reply from its parsed JSON and its decoded outputs. */
export function replyOf(fields: Fields, outputs: readonly NamedTensor[]): InferReply {
  const modelVersion = optionalTextOf(fields["model_version"], "model_version");
  const modelName = textOf(fields["model_name"], "model_name");
  return { modelName, ...(modelVersion !== undefined && { modelVersion }), ...commonOf(fields), outputs };
}

/** Returns whether an output is requested as binary data: by its own `binary_data` or, if that is missing, by `binary_data_output`. */
export function wantsBinary({ parameters, outputs = [] }: InferRequest): (name: string) => boolean {
  const byDefault = parameters?.["binary_data_output"] === true;
  const byName = new Map(outputs.map((output) => [output.name, output.parameters?.["binary_data"]]));
  return (name) => (byName.get(name) ?? byDefault) === true;
}
