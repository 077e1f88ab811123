import type { InferenceSession, Tensor as OrtTensor, TensorConstructor } from "onnxruntime-web";
import type { Session, Tensor } from "./session.ts";

function fromOrt(name: string, tensor: OrtTensor): Tensor {
  const { type, data, dims } = tensor;
  if (type === "float32" && data instanceof Float32Array) return { type, data, dims };
  if (type === "int64" && data instanceof BigInt64Array) return { type, data, dims };
  if (type === "bool" && data instanceof Uint8Array) return { type, data, dims };
  throw new TypeError(`The graph's output ${name} is of type ${type}, which no Session hands out.`);
}

/** A session of either ONNX Runtime as the port that the model is written against. `tensor` is that runtime's own class. */
export function fromOrtSession(session: InferenceSession, tensor: TensorConstructor): Session {
  // One call a type: the constructor is overloaded, and takes no union.
  const toOrt = (value: Tensor): OrtTensor => {
    if (value.type === "float32") return new tensor(value.type, value.data, value.dims);
    if (value.type === "int64") return new tensor(value.type, value.data, value.dims);
    return new tensor(value.type, value.data, value.dims);
  };
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    run: async (inputs, outputs = session.outputNames) => {
      const feeds = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, toOrt(value)]));
      const results = await session.run(feeds, outputs);
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(name, value)]));
    },
    release: () => session.release(),
  };
}
