import { type Server, workerName } from "../tools/serve.ts";

/** The parts of an isolate's memory, in MB. */
export interface IsolateSample {
  readonly total: number;
  /** ONNX Runtime's memory. */
  readonly linear: number;
  readonly codecs: number;
  /** JavaScript objects, with garbage that is not collected yet. */
  readonly heap: number;
  /** Array buffers outside the heap. */
  readonly buffers: number;
}

/** Observes an isolate without pause. */
export interface IsolateWatch {
  /** The sample with the highest total since the last call. */
  readonly take: () => IsolateSample | undefined;
  /** The sample with the highest total of all. */
  readonly highest: () => IsolateSample | undefined;
  readonly stop: () => void;
}

/** Milliseconds between an answer of the inspector and the next question. */
const PAUSE_MS = 1;

/** What the inspector sends: events, and replies by the id of their question. */
interface Message {
  readonly id?: number;
  readonly params?: { readonly context?: { readonly id: number } };
  readonly result?: {
    readonly usedSize?: number;
    readonly backingStorageSize?: number;
    readonly result?: { readonly value?: string };
  };
}

/** Ids of the questions. */
const HEAP = 1;
const WASM = 2;

/** In MB, with one decimal place. */
function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}

function sampleOf(usage: Message, wasm: Message): IsolateSample {
  const [linear = 0, codecs = 0]: readonly number[] = JSON.parse(wasm.result?.result?.value ?? "[]");
  const [heap, buffers] = [usage.result?.usedSize ?? 0, usage.result?.backingStorageSize ?? 0];
  return {
    total: megabytes(linear + codecs + heap + buffers),
    linear: megabytes(linear),
    codecs: megabytes(codecs),
    heap: megabytes(heap),
    buffers: megabytes(buffers),
  };
}

function higher(one: IsolateSample | undefined, other: IsolateSample): IsolateSample {
  return one !== undefined && one.total >= other.total ? one : other;
}

async function connect(server: Server): Promise<WebSocket> {
  const socket = new WebSocket(new URL(`/core:user:${workerName}`, server.inspector));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("No inspector answers.")));
  });
  return socket;
}

/** Asks for a sample, and again as soon as it has come. The context in which to evaluate is in an event that precedes the first. */
function sampleWithoutPause(socket: WebSocket, onSample: (sample: IsolateSample) => void): void {
  let usage: Message = {};
  let contextId = 0;
  const ask = () => {
    const params = { expression: "JSON.stringify(globalThis.wasmMemory())", contextId };
    socket.send(JSON.stringify({ id: HEAP, method: "Runtime.getHeapUsage" }));
    socket.send(JSON.stringify({ id: WASM, method: "Runtime.evaluate", params }));
  };
  socket.addEventListener("message", ({ data }) => {
    const message: Message = JSON.parse(String(data));
    if (message.params?.context !== undefined && contextId === 0) {
      contextId = message.params.context.id;
      ask();
    }
    if (message.id === HEAP) usage = message;
    if (message.id !== WASM) return;
    onSample(sampleOf(usage, message));
    setTimeout(ask, PAUSE_MS);
  });
  socket.send(JSON.stringify({ id: 0, method: "Runtime.enable" }));
}

/**
 * Watches the isolate of `memory-worker.ts`. The inspector answers between any two tasks of the event loop, so also within a request; not within a
 * decoder or a run of a graph, whose WebAssembly memory is still there afterwards, but whose array buffers may not be.
 */
export async function watchIsolate(server: Server): Promise<IsolateWatch> {
  const socket = await connect(server);
  let recent: IsolateSample | undefined;
  let highest: IsolateSample | undefined;
  sampleWithoutPause(socket, (sample) => {
    recent = higher(recent, sample);
    highest = higher(highest, sample);
  });
  return {
    take: () => {
      const taken = recent;
      recent = undefined;
      return taken;
    },
    highest: () => highest,
    stop: () => socket.close(),
  };
}
