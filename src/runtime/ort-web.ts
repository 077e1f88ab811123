import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import wasmModule from "onnxruntime-web/ort-wasm-simd-threaded.wasm";
import { withExternalWeights } from "../weights/external-weights.ts";
import { fromOrtSession } from "./ort-session.ts";
import type { CreateSession, SessionUse } from "./session.ts";
import { growInSmallSteps } from "./memory-growth.ts";
import { free } from "./tensors.ts";

/** Passed to ONNX Runtime as its wasm file, in place of `wasmModule`: workerd does not compile wasm from bytes. */
const placeholder = new ArrayBuffer(8);
/** At lower log levels ONNX Runtime also prints to the console; the errors that it throws contain the same information. */
const FATAL = 4;

/** The runtime's linear memory, set by the first session. It never shrinks. */
let memory: WebAssembly.Memory | undefined;

env.wasm.numThreads = 1;
env.wasm.wasmBinary = placeholder;
env.logLevel = "fatal";

type Instantiate = (source: unknown, imports?: WebAssembly.Imports) => Promise<unknown>;

function isPlaceholder(source: unknown): boolean {
  return source === placeholder || (ArrayBuffer.isView(source) && source.buffer === placeholder);
}

function importedMemory(imports: WebAssembly.Imports | undefined): WebAssembly.Memory | undefined {
  const values = Object.values(imports ?? {}).flatMap((namespace) => Object.values(namespace));
  return values.find((value) => value instanceof WebAssembly.Memory);
}

/** Runs `work` while `WebAssembly.instantiate` returns an instance of `wasmModule` for the placeholder. */
async function withWasmModule<Result>(work: () => Promise<Result>): Promise<Result> {
  const { instantiate } = WebAssembly;
  const substitute: Instantiate = async (source, imports) => {
    if (!isPlaceholder(source)) return Reflect.apply(instantiate, WebAssembly, [source, imports]);
    memory = importedMemory(imports);
    if (memory !== undefined) growInSmallSteps(memory);
    return { module: wasmModule, instance: await instantiate(wasmModule, imports) };
  };
  Object.assign(WebAssembly, { instantiate: substitute });
  try {
    return await work();
  } finally {
    Object.assign(WebAssembly, { instantiate });
  }
}

/** Session options. docs/explanation/memory.md has the measurements behind each of them. */
const options: InferenceSession.SessionOptions = {
  executionProviders: ["wasm"],
  // The exported graphs are already fused: optimising them again only makes loading slower.
  graphOptimizationLevel: "disabled",
  // Memory patterns help only when shapes repeat; the decoder's shapes change with every token.
  enableMemPattern: false,
  logSeverityLevel: FATAL,
};

async function create(bytes: Uint8Array, use: SessionUse): Promise<InferenceSession> {
  const { graph, files } = withExternalWeights(bytes, { widens: !use.runsSeldom });
  try {
    return await InferenceSession.create(graph, { ...options, externalData: [...files] });
  } finally {
    free(files.flatMap(({ data }) => (data === bytes ? [] : [data]))); // the runtime has copied the widened weights
  }
}

/**
 * Creates a session with ONNX Runtime's wasm build in an isolate: one thread, no network, no console output. `bytes` is not
 * used after the session was created. Sessions must be created one after another: the runtime has a single table of external data.
 */
export const createWebSession: CreateSession = async (bytes, use = { runsSeldom: false }) => {
  const load = () => create(bytes, use);
  const session = await (memory === undefined ? withWasmModule(load) : load());
  return fromOrtSession(session, Tensor);
};

/** Size in bytes of ONNX Runtime's linear memory in this isolate; 0 before the first session. */
export function linearMemoryBytes(): number {
  return memory?.buffer.byteLength ?? 0;
}
