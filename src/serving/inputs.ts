import { excerpt } from "../bytes/excerpt.ts";
import type { Datatype, NamedTensor } from "../inference/protocol/datatypes.ts";
import type { InputMetadata, ModelRequest } from "./served-model.ts";
import { ServingFailure } from "./serving-failure.ts";

type Inputs = ModelRequest["inputs"];

function fits(shape: readonly number[], declared: readonly number[]): boolean {
  return shape.length === declared.length && declared.every((size, axis) => size === -1 || size === shape[axis]);
}

/** Throws `invalid-request` unless the tensors match the declared inputs of a model: names, datatypes and shapes. */
export function checkInputs(inputs: Inputs, declared: readonly InputMetadata[]): void {
  const names = new Set(declared.map(({ name }) => name));
  const unknown = [...inputs.keys()].find((name) => !names.has(name));
  if (unknown !== undefined) throw new ServingFailure("invalid-request", `The model has no input ${excerpt(unknown)}.`);
  for (const { name, datatype, shape, isOptional } of declared) {
    const tensor = inputs.get(name);
    if (tensor === undefined) {
      if (isOptional === true) continue;
      throw new ServingFailure("invalid-request", `The input ${name} is missing.`);
    }
    if (tensor.datatype === datatype && fits(tensor.shape, shape)) continue;
    const actual = excerpt(`${tensor.datatype} [${tensor.shape.join(", ")}]`);
    throw new ServingFailure(
      "invalid-request",
      `${name} is ${actual}; the model takes ${datatype} [${shape.join(", ")}].`,
    );
  }
}

/** Returns the tensor of that name, or `undefined` if it is missing or has another datatype. */
export function tensorNamed<Kind extends Datatype>(inputs: Inputs, name: string, datatype: Kind) {
  const tensor = inputs.get(name);
  return tensor !== undefined && isOf(tensor, datatype) ? tensor : undefined;
}

type TensorOf<Kind extends Datatype> = Extract<NamedTensor, { readonly datatype: Kind }>;

function isOf<Kind extends Datatype>(tensor: NamedTensor, datatype: Kind): tensor is TensorOf<Kind> {
  return tensor.datatype === datatype;
}

/** Returns the strings of a BYTES tensor; none if the tensor is missing. Throws `invalid-request` if one is not UTF-8. */
export function textsOf(inputs: Inputs, name: string): readonly string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return (tensorNamed(inputs, name, "BYTES")?.data ?? []).map((bytes) => {
    try {
      return decoder.decode(bytes);
    } catch {
      throw new ServingFailure("invalid-request", `${name} is not UTF-8.`);
    }
  });
}

/** Returns the single number of an INT32 tensor, from 1 to `max`; `undefined` if the tensor is missing. Throws `invalid-request`. */
export function countInput(inputs: Inputs, name: string, max: number): number | undefined {
  const value = tensorNamed(inputs, name, "INT32")?.data[0];
  if (value === undefined || (value >= 1 && value <= max)) return value;
  throw new ServingFailure("invalid-request", `${name} is ${value}; it must be from 1 to ${max}.`);
}
