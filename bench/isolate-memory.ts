import { type Server, workerName } from "../tools/serve.ts";
import { childrenMegabytes } from "./resident-memory.ts";

/** Memory in bytes: the parts that count towards an isolate's 128 MB, and the resident memory of the processes. */
export interface IsolateMemory {
  /** ONNX Runtime's WebAssembly memory. */
  readonly linear: number;
  /** JavaScript objects, including garbage that is not collected yet. */
  readonly heap: number;
  /** Array buffers outside the heap, without WebAssembly memories. */
  readonly buffers: number;
  /** Resident memory of all workerd processes started by this one, including runtime, code and helper Workers. */
  readonly resident: number;
}

/** Timeout in milliseconds. The inspector answers between two tasks of the event loop, so it waits for at most one graph run. */
const INSPECTOR_MS = 5000;

/** Makes a DevTools call to the Worker's isolate. */
function inspect(server: Server, method: string): Promise<Readonly<Record<string, number>>> {
  const socket = new WebSocket(new URL(`/core:user:${workerName}`, server.inspector));
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`The inspector did not answer ${method} in time.`)), INSPECTOR_MS).unref();
    socket.addEventListener("open", () => socket.send(JSON.stringify({ id: 1, method })));
    socket.addEventListener("error", () => reject(new Error(`No inspector answers ${method}.`)));
    socket.addEventListener("message", ({ data }) => {
      const message: { id?: number; result?: Record<string, number> } = JSON.parse(String(data));
      if (message.id !== 1) return;
      socket.close();
      resolve(message.result ?? {});
    });
  });
}

/** Measures the heap and the buffers of a Worker's isolate in bytes, including garbage that is not collected yet. The server has an inspector. */
export async function isolateHeap(server: Server): Promise<Pick<IsolateMemory, "heap" | "buffers">> {
  const usage = await inspect(server, "Runtime.getHeapUsage");
  return { heap: usage["usedSize"] ?? 0, buffers: usage["backingStorageSize"] ?? 0 };
}

/** Measures the current memory of `embedded-worker.ts`'s isolate, including garbage that is not collected yet. */
export async function isolateMemory(server: Server): Promise<IsolateMemory> {
  const response = await fetch(new URL("/memory", server.url));
  const { linearMemoryBytes }: { linearMemoryBytes: number } = await response.json();
  return {
    linear: linearMemoryBytes,
    ...(await isolateHeap(server)),
    resident: 1024 * 1024 * (await childrenMegabytes()),
  };
}
