import type { Parameters } from "./datatypes.ts";
import { fieldsOf, optionalListOf, optionalTextOf, parametersOf, sizesOf, textOf } from "./fields.ts";

/** Reply to `GET /v2`. */
export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  /** Contains `binary_tensor_data` if the server supports tensors as binary data. */
  readonly extensions: readonly string[];
}

/** One input or output of a model. */
export interface TensorMetadata {
  readonly name: string;
  /** As the server reports it; not every server uses the protocol's names here. */
  readonly datatype: string;
  /** -1 is a dynamic size. */
  readonly shape: readonly number[];
}

/** Reply to `GET /v2/models/{model}`; arrays are empty if the server omits them. */
export interface ModelMetadata {
  readonly name: string;
  readonly versions: readonly string[];
  readonly platform: string;
  readonly inputs: readonly TensorMetadata[];
  readonly outputs: readonly TensorMetadata[];
  readonly parameters: Parameters;
}

function tensorOf(value: unknown, index: number): TensorMetadata {
  const fields = fieldsOf(value, `tensor ${index}`);
  const name = textOf(fields["name"], `tensor ${index}.name`);
  const datatype = textOf(fields["datatype"], `${name}.datatype`);
  return { name, datatype, shape: sizesOf(fields["shape"], `${name}.shape`) };
}

/** Parses server metadata. Throws `CodecError`. */
export function serverMetadataOf(value: unknown): ServerMetadata {
  const fields = fieldsOf(value, "server metadata");
  return {
    name: optionalTextOf(fields["name"], "name") ?? "",
    version: optionalTextOf(fields["version"], "version") ?? "",
    extensions: optionalListOf(fields["extensions"], "extensions").map((each) => textOf(each, "extensions")),
  };
}

/** Parses model metadata. Throws `CodecError`. */
export function modelMetadataOf(value: unknown): ModelMetadata {
  const fields = fieldsOf(value, "model metadata");
  return {
    name: textOf(fields["name"], "name"),
    versions: optionalListOf(fields["versions"], "versions").map((each) => textOf(each, "versions")),
    platform: optionalTextOf(fields["platform"], "platform") ?? "",
    inputs: optionalListOf(fields["inputs"], "inputs").map(tensorOf),
    outputs: optionalListOf(fields["outputs"], "outputs").map(tensorOf),
    parameters: parametersOf(fields["parameters"], "parameters") ?? {},
  };
}
