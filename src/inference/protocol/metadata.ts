import type { Parameters } from "./datatypes.ts";
import { fieldsOf, optionalListOf, optionalTextOf, parametersOf, sizesOf, textOf } from "./fields.ts";

/** What `GET /v2` answers. */
export interface ServerMetadata {
  readonly name: string;
  readonly version: string;
  /** `binary_tensor_data` among them where tensors may travel as bytes. */
  readonly extensions: readonly string[];
}

/** One input or output of a model. */
export interface TensorMetadata {
  readonly name: string;
  /** As the server names it; not every server keeps to the protocol's names here. */
  readonly datatype: string;
  /** -1 is a size that may vary. */
  readonly shape: readonly number[];
}

/** What `GET /v2/models/{model}` answers; lists are empty where the server left them out. */
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

/** Reads the server's own description. Throws `CodecError`; likewise below. */
export function serverMetadataOf(value: unknown): ServerMetadata {
  const fields = fieldsOf(value, "server metadata");
  return {
    name: optionalTextOf(fields["name"], "name") ?? "",
    version: optionalTextOf(fields["version"], "version") ?? "",
    extensions: optionalListOf(fields["extensions"], "extensions").map((each) => textOf(each, "extensions")),
  };
}

/** Reads a model's description. */
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
