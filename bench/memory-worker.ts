import api from "../functions/api.ts";
import { linearMemoryBytes } from "../src/runtime/ort-web.ts";

export { Account, AccountDirectory, BatchBook, JobBook, Payments, RequestCoordinator } from "../functions/api.ts";

/** The memories of all instances that are not collected yet, except ONNX Runtime's. */
const memories: WeakRef<WebAssembly.Memory>[] = [];

const { Instance } = WebAssembly;

/** `WebAssembly.Instance`, which the codecs use, and which notes the memory of each. */
function NotedInstance(module: WebAssembly.Module, imports?: WebAssembly.Imports): WebAssembly.Instance {
  const instance = new Instance(module, imports);
  for (const value of Object.values(instance.exports)) {
    if (value instanceof WebAssembly.Memory) memories.push(new WeakRef(value));
  }
  return instance;
}
Object.assign(WebAssembly, { Instance: NotedInstance });

/** Bytes of the WebAssembly memories: ONNX Runtime's, and those of all codecs together. Called through the inspector. */
function wasmMemory(): readonly [linear: number, codecs: number] {
  const codecs = Array.from(new Set(memories.map((each) => each.deref()).filter((each) => each !== undefined)));
  return [linearMemoryBytes(), codecs.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)];
}
Object.assign(globalThis, { wasmMemory });

/** The deployed Worker, whose memories can be read at any time: `globalThis.wasmMemory`. */
export default {
  fetch: (request: Request, env: Env, context: ExecutionContext) => api.fetch(request, env, context),
} satisfies ExportedHandler<Env>;
