import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import wasmModule from "onnxruntime-web/ort-wasm-simd-threaded.wasm";
import { withExternalWeights } from "../weights/external-weights.ts";
import { fromOrtSession } from "./ort-session.ts";
import type { CreateSession } from "./session.ts";
import { free } from "./tensors.ts";

/** What ONNX Runtime is given as its wasm file. It stands for `wasmModule`: workerd compiles no wasm from bytes. */
const placeholder = new ArrayBuffer(8);
/** Below "fatal" ONNX Runtime prints to the console, and what it has to say is in the error that it throws. */
const FATAL = 4;

/** The runtime's linear memory, from its first session on. It only ever grows. */
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

/**
 * Makes the memory grow in small steps. Emscripten's allocator asks for a fifth more than there is; refused, for a
 * tenth; refused again, for a twentieth, or just what it needs. In an isolate of 128 MB only the last is affordable.
 */
function growSlowly(target: WebAssembly.Memory): void {
  const grow = target.grow.bind(target);
  let refusals = 0;
  target.grow = (pages) => {
    refusals = (refusals + 1) % 3;
    if (refusals !== 0) throw new RangeError("Ask for less.");
    return grow(pages);
  };
}

/** Runs `work` while `WebAssembly.instantiate` gives `wasmModule` to whoever asks for the placeholder. */
async function withWasmModule<Result>(work: () => Promise<Result>): Promise<Result> {
  const { instantiate } = WebAssembly;
  const substitute: Instantiate = async (source, imports) => {
    if (!isPlaceholder(source)) return Reflect.apply(instantiate, WebAssembly, [source, imports]);
    memory = importedMemory(imports);
    if (memory !== undefined) growSlowly(memory);
    return { module: wasmModule, instance: await instantiate(wasmModule, imports) };
  };
  Object.assign(WebAssembly, { instantiate: substitute });
  try {
    return await work();
  } finally {
    Object.assign(WebAssembly, { instantiate });
  }
}

/** How a graph is loaded; docs/explanation/memory.md has the figures behind each line. */
const options: InferenceSession.SessionOptions = {
  executionProviders: ["wasm"],
  // The exported graphs are fused already: optimising them again only makes loading slower.
  graphOptimizationLevel: "disabled",
  // Plans memory for shapes that come again; the decoder's change with every token.
  enableMemPattern: false,
  logSeverityLevel: FATAL,
};

async function create(bytes: Uint8Array): Promise<InferenceSession> {
  const { graph, files } = withExternalWeights(bytes);
  try {
    return await InferenceSession.create(graph, { ...options, externalData: [...files] });
  } finally {
    free(files.flatMap(({ data }) => (data === bytes ? [] : [data]))); // the runtime has copied what was widened
  }
}

/**
 * ONNX Runtime's wasm build in an isolate: one thread, no network, no console. Once a session is there, `bytes` is not
 * looked at again. Sessions must be created one after another: the runtime has one table of external data.
 */
export const createWebSession: CreateSession = async (bytes) => {
  const session = await (memory === undefined ? withWasmModule(() => create(bytes)) : create(bytes));
  return fromOrtSession(session, Tensor);
};

/** Bytes of linear memory that ONNX Runtime holds in this isolate; 0 before the first session. */
export function linearMemoryBytes(): number {
  return memory?.buffer.byteLength ?? 0;
}
