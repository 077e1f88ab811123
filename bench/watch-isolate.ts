import { type Server, workerName } from "../tools/serve.ts";

/** The parts of an isolate's memory, in MB. */
export interface IsolateSample {
  readonly total: number;
  readonly linear: number;
  readonly codecs: number;
  readonly heap: number;
  readonly buffers: number;
}

/** Observes an isolate without pause. */
export interface IsolateWatch {
  /** The sample with the highest total since the last call. */
  readonly take: () => IsolateSample | undefined;
  /** The sample with the highest total of all. */
  readonly highest: () => IsolateSample | undefined;
  readonly samples: () => number;
  readonly stop: () => void;
}

const MB = 1e6;

interface Reply {
  readonly id?: number;
  readonly params?: { readonly context?: { readonly id: number } };
  readonly result?: {
    readonly usedSize?: number;
    readonly backingStorageSize?: number;
    readonly result?: { readonly value?: string };
  };
}

function sampleOf(usage: Reply, wasm: Reply): IsolateSample {
  const [linear = 0, codecs = 0]: readonly number[] = JSON.parse(wasm.result?.result?.value ?? "[]");
  const [heap, buffers] = [usage.result?.usedSize ?? 0, usage.result?.backingStorageSize ?? 0];
  const round = (bytes: number) => Math.round(bytes / 1e5) / 10;
  return {
    total: round(linear + codecs + heap + buffers),
    linear: round(linear),
    codecs: round(codecs),
    heap: round(heap),
    buffers: round(buffers),
  };
}

/** Asks the inspector again as soon as it has answered, which it does between any two tasks of the event loop: also within a request. */
export async function watchIsolate(server: Server): Promise<IsolateWatch> {
  const socket = new WebSocket(new URL(`/core:user:${workerName}`, server.inspector));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("No inspector answers.")));
  });
  let recent: IsolateSample | undefined;
  let highest: IsolateSample | undefined;
  let usage: Reply = {};
  let count = 0;
  let contextId = 0;
  const ask = () => {
    socket.send(JSON.stringify({ id: 1, method: "Runtime.getHeapUsage" }));
    const expression = "JSON.stringify(globalThis.wasmMemory())";
    socket.send(JSON.stringify({ id: 2, method: "Runtime.evaluate", params: { expression, contextId } }));
  };
  socket.addEventListener("message", ({ data }) => {
    const message: Reply = JSON.parse(String(data));
    if (message.params?.context !== undefined) {
      contextId = message.params.context.id;
      return;
    }
    if (message.id === 1) usage = message;
    if (message.id !== 2) return;
    const sample = sampleOf(usage, message);
    count += 1;
    if (recent === undefined || sample.total > recent.total) recent = sample;
    if (highest === undefined || sample.total > highest.total) highest = sample;
    setTimeout(ask, 1);
  });
  socket.send(JSON.stringify({ id: 0, method: "Runtime.enable" }));
  ask();
  return {
    take: () => {
      const taken = recent;
      recent = undefined;
      return taken;
    },
    highest: () => highest,
    samples: () => count,
    stop: () => socket.close(),
  };
}
