import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-web";
import { hasFloat16, narrow, widen } from "../weights/float16.ts";
import type { Session, Tensor, TensorPort } from "./session.ts";

/** What was fed as float16, by the float32 that it was narrowed from. */
type Narrowed = WeakMap<Float32Array, Uint16Array>;

function fromOrt(name: string, tensor: OrtTensor): Tensor {
  const { type, data, dims } = tensor;
  if (type === "float32" && data instanceof Float32Array) return { type, data, dims };
  if (type === "float16" && ArrayBuffer.isView(data)) return { type: "float32", data: widen(data), dims };
  if (type === "int64" && data instanceof BigInt64Array) return { type, data, dims };
  if (type === "bool" && data instanceof Uint8Array) return { type, data, dims };
  throw new TypeError(`The graph's output ${name} is of type ${type}, which no Session hands out.`);
}

/** One call a type: the constructor is overloaded, and takes no union. */
function toOrt(value: Tensor, tensor: TensorConstructor): OrtTensor {
  if (value.type === "float32") return new tensor(value.type, value.data, value.dims);
  if (value.type === "int64") return new tensor(value.type, value.data, value.dims);
  return new tensor(value.type, value.data, value.dims);
}

/** The constructor would make a `Float16Array` of the bits; a tensor of uint16 keeps them, and both runtimes only read its `type`. */
function float16Tensor(bits: Uint16Array, dims: readonly number[], tensor: TensorConstructor): OrtTensor {
  return Object.assign(new tensor("uint16", bits, dims), { type: "float16" as const });
}

const portTypes: ReadonlyMap<string, Tensor["type"]> = new Map([
  ["float32", "float32"],
  ["float16", "float32"],
  ["int64", "int64"],
  ["bool", "bool"],
]);

/** A tensor as a `Session` has it, float16 widened. */
function portOf(value: InferenceSession.ValueMetadata): TensorPort {
  const type = value.isTensor ? portTypes.get(value.type) : undefined;
  if (!value.isTensor || type === undefined) throw new TypeError(`${value.name} is of a type that no Session has.`);
  return { name: value.name, type, shape: value.shape };
}

function isFloat16(value: InferenceSession.ValueMetadata): boolean {
  return value.isTensor && value.type === "float16";
}

/** The names of the inputs that are float16. */
async function float16Inputs(session: InferenceSession): Promise<ReadonlySet<string>> {
  const { inputMetadata, outputMetadata } = session;
  if (hasFloat16() || ![...inputMetadata, ...outputMetadata].some(isFloat16)) {
    return new Set(inputMetadata.filter(isFloat16).map(({ name }) => name));
  }
  await session.release();
  throw new TypeError("The graph takes or gives float16, which this JavaScript runtime lacks: use Node 24 or newer.");
}

/**
 * A session of either ONNX Runtime as the port that the model is written against. `tensor` is that runtime's own class.
 * Where the graph has float16, float32 is narrowed on the way in and widened on the way out. Throws `TypeError` for such a
 * graph, released, where JavaScript has no float16.
 */
export async function fromOrtSession(session: InferenceSession, tensor: TensorConstructor): Promise<Session> {
  const halves = await float16Inputs(session);
  // Of one run only: the cross-attention's cache, the largest input by far, comes again with every token.
  let before: Narrowed = new WeakMap();
  return {
    inputs: session.inputMetadata.map(portOf),
    outputs: session.outputMetadata.map(portOf),
    run: async (inputs, outputs = session.outputNames) => {
      const narrowed: Narrowed = new WeakMap();
      const feed = (name: string, value: Tensor): OrtTensor => {
        if (value.type !== "float32" || !halves.has(name)) return toOrt(value, tensor);
        const bits = narrowed.get(value.data) ?? before.get(value.data) ?? narrow(value.data);
        narrowed.set(value.data, bits);
        return float16Tensor(bits, value.dims, tensor);
      };
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, feed(name, value)]));
      before = narrowed;
      const results = await session.run(feeds, outputs);
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(name, value)]));
    },
    release: () => session.release(),
  };
}
