import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-web";
import { hasFloat16, narrow, widen } from "../weights/float16.ts";
import type { Session, Tensor, TensorInfo } from "./session.ts";

/** The float16 bits of each float32 array that was narrowed. */
type Narrowed = WeakMap<Float32Array, Uint16Array>;

function fromOrt(name: string, tensor: OrtTensor): Tensor {
  const { type, data, dims } = tensor;
  if (type === "float32" && data instanceof Float32Array) return { type, data, dims };
  if (type === "float16" && ArrayBuffer.isView(data)) return { type: "float32", data: widen(data), dims };
  if (type === "int64" && data instanceof BigInt64Array) return { type, data, dims };
  if (type === "bool" && data instanceof Uint8Array) return { type, data, dims };
  throw new TypeError(`The graph's output ${name} is of type ${type}, which Session does not support.`);
}

/** One call per type, because the overloaded constructor does not accept a union. */
function toOrt(value: Tensor, tensor: TensorConstructor): OrtTensor {
  if (value.type === "float32") return new tensor(value.type, value.data, value.dims);
  if (value.type === "int64") return new tensor(value.type, value.data, value.dims);
  return new tensor(value.type, value.data, value.dims);
}

/**
 * Creates a uint16 tensor, which stores the bits unchanged, and then sets its `type`: both runtimes read only that. The
 * float16 constructor would make a `Float16Array` of the bits.
 */
function float16Tensor(bits: Uint16Array, dims: readonly number[], tensor: TensorConstructor): OrtTensor {
  return Object.assign(new tensor("uint16", bits, dims), { type: "float16" as const });
}

const portTypes: ReadonlyMap<string, Tensor["type"]> = new Map([
  ["float32", "float32"],
  ["float16", "float32"],
  ["int64", "int64"],
  ["bool", "bool"],
]);

/** Describes an input or output as a `Session` exposes it: float16 appears as float32. */
function portOf(value: InferenceSession.ValueMetadata): TensorInfo {
  const type = value.isTensor ? portTypes.get(value.type) : undefined;
  if (!value.isTensor || type === undefined) throw new TypeError(`${value.name} is of a type that no Session has.`);
  return { name: value.name, type, shape: value.shape };
}

function isFloat16(value: InferenceSession.ValueMetadata): boolean {
  return value.isTensor && value.type === "float16";
}

/** Returns the names of the float16 inputs. Releases the session and throws `TypeError` if JavaScript lacks float16 and the graph uses it. */
async function float16Inputs(session: InferenceSession): Promise<ReadonlySet<string>> {
  const { inputMetadata, outputMetadata } = session;
  if (hasFloat16() || ![...inputMetadata, ...outputMetadata].some(isFloat16)) {
    return new Set(inputMetadata.filter(isFloat16).map(({ name }) => name));
  }
  await session.release();
  throw new TypeError("The graph takes or gives float16, which this JavaScript runtime lacks: use Node 24 or newer.");
}

/**
 * Adapts a session of either ONNX Runtime to the `Session` interface. `tensor` is that runtime's own tensor class. For float16
 * inputs and outputs of the graph, float32 is narrowed and float16 is widened. Releases the session and throws `TypeError` if the
 * graph uses float16 and JavaScript lacks it.
 */
export async function fromOrtSession(session: InferenceSession, tensor: TensorConstructor): Promise<Session> {
  const float16Names = await float16Inputs(session);
  // Keeps the arrays of the previous run only: the cross-attention cache, by far the largest input, is the same array at every step.
  let previous: Narrowed = new WeakMap();
  return {
    inputs: session.inputMetadata.map(portOf),
    outputs: session.outputMetadata.map(portOf),
    run: async (inputs, outputs = session.outputNames) => {
      const narrowed: Narrowed = new WeakMap();
      const feed = (name: string, value: Tensor): OrtTensor => {
        if (value.type !== "float32" || !float16Names.has(name)) return toOrt(value, tensor);
        const bits = narrowed.get(value.data) ?? previous.get(value.data) ?? narrow(value.data);
        narrowed.set(value.data, bits);
        return float16Tensor(bits, value.dims, tensor);
      };
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, feed(name, value)]));
      previous = narrowed;
      const results = await session.run(feeds, outputs);
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(name, value)]));
    },
    release: () => session.release(),
  };
}
