import { readFile } from "node:fs/promises";
import { type Server, workerName } from "../tools/serve.ts";
import { childProcesses } from "./child-processes.ts";

/** Memory in bytes: what an isolate's 128 MB are counted in, and beside it what the process takes in all. */
export interface IsolateMemory {
  /** ONNX Runtime's WebAssembly memory. */
  readonly linear: number;
  /** JavaScript objects, garbage not yet collected included. */
  readonly heap: number;
  /** Array buffers outside the heap; WebAssembly memories are not among them. */
  readonly buffers: number;
  /** Resident memory of every workerd process that this one started: runtime, code and helper Workers included. */
  readonly resident: number;
}

/** The inspector answers between two turns of the event loop, so within one graph's run. */
const INSPECTOR_MS = 5000;

/** A DevTools call to the Worker's isolate. */
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

/** Linux only; elsewhere 0. */
async function residentBytes(): Promise<number> {
  const sizes = (await childProcesses()).map(async (pid) => {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    return 1024 * Number(/VmRSS:\s+(?<kilobytes>\d+)/u.exec(status)?.groups?.["kilobytes"] ?? 0);
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** What the isolate of `embedded-worker.ts` holds now, garbage that is not collected yet included. */
export async function isolateMemory(server: Server): Promise<IsolateMemory> {
  const response = await fetch(new URL("/memory", server.url));
  const { linearMemoryBytes }: { linearMemoryBytes: number } = await response.json();
  const usage = await inspect(server, "Runtime.getHeapUsage");
  return {
    linear: linearMemoryBytes,
    heap: usage["usedSize"] ?? 0,
    buffers: usage["backingStorageSize"] ?? 0,
    resident: await residentBytes(),
  };
}
