import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Problem } from "../contract/problems.ts";
import type { GenerationEvent, ModelDescription } from "../inference/backend.ts";
import type { NativeOptions } from "../runtime/ort-node.ts";
import { cancelled } from "./cancelled.ts";
import type { Engine, EngineLimits, EngineLoad } from "./engine.ts";
import {
  buffersOf,
  type Call,
  type Calls,
  errorOf,
  type FromEngine,
  type GraphSignatures,
  type ToEngine,
} from "./messages.ts";

/** Options of the engine thread. */
export interface EngineThreadOptions extends EngineLimits, NativeOptions {
  /** Folder of the model manifest. */
  readonly folder: string;
  readonly modelId: string;
}

/**
 * An engine in a thread of its own, so that the calling thread stays free for requests while a graph runs. The pixels and tensors of a
 * call are transferred to that thread: the caller must not use them afterwards.
 */
export interface ThreadedEngine extends Engine {
  readonly description: ModelDescription;
  readonly ports: GraphSignatures;
  /** Maximum tokens that the decoder can generate. */
  readonly positions: number;
  /** Whether the features of a digest are most likely cached, so that pixels need not be sent. */
  has(digest: string): boolean;
  /** Resolves with the reason when the thread has ended; without `stop`, it ends only after a fatal error. */
  readonly ended: Promise<string>;
  /**
   * Fails the pending calls, and resolves when the thread has ended. The running graph is completed first, because terminating a thread
   * inside ONNX Runtime crashes the whole process.
   */
  stop(): Promise<void>;
}

/** A call without a result yet. */
interface Pending {
  readonly emit: (event: GenerationEvent) => void;
  readonly resolve: (result: Calls[keyof Calls]["result"]) => void;
  readonly reject: (reason: unknown) => void;
}

type Ready = Extract<FromEngine, { type: "ready" }>;

const idleLoad: EngineLoad = { waiting: 0, running: 0, cachedImages: 0, cachedBytes: 0 };

async function waitUntilReady(worker: Worker): Promise<Ready> {
  // `once` rejects with the thread's own error if the thread cannot load its model.
  const [message]: FromEngine[] = await once(worker, "message");
  if (message?.type === "ready") return message;
  throw new Error("The engine's thread did not report `ready` first.");
}

/** Keeps the load and the cached digests that the thread last reported. */
function createEngineStatus() {
  const cachedDigests = new Set<string>();
  let load = idleLoad;
  return {
    onMessage: (message: FromEngine): void => {
      if (message.type === "load") load = message.load;
      else if (message.type === "digest" && message.isKnown) cachedDigests.add(message.digest);
      else if (message.type === "digest") cachedDigests.delete(message.digest);
    },
    load: () => load,
    has: (digest: string) => cachedDigests.has(digest),
  };
}

/** Passes a message to the call that it belongs to. */
function deliver(message: FromEngine, pending: ReadonlyMap<number, Pending>): void {
  if (message.type === "event") pending.get(message.id)?.emit(message.event);
  else if (message.type === "result") pending.get(message.id)?.resolve(message.result);
  else if (message.type === "failed") pending.get(message.id)?.reject(errorOf(message.failure));
}

/** Returns the buffers of a call to transfer to the thread; the caller does not use them afterwards. */
function transferList(call: Call): readonly ArrayBuffer[] {
  if (call.type === "run") return buffersOf(Object.values(call.inputs));
  return call.job.pixels === undefined ? [] : buffersOf([{ data: call.job.pixels }]);
}

/** Posts calls to the thread and passes each result to its caller. */
function createCallRouter(worker: Worker) {
  const pending = new Map<number, Pending>();
  let nextId = 0;
  worker.on("message", (message: FromEngine) => deliver(message, pending));
  let ended: Problem | undefined;
  const post = (message: ToEngine, transfer: readonly ArrayBuffer[] = []): void =>
    worker.postMessage(message, transfer);
  const call = async <Name extends keyof Calls>(
    request: Extract<Call, { type: Name }>,
    signal: AbortSignal,
    emit: Pending["emit"] = () => {},
  ): Promise<Calls[Name]["result"]> => {
    if (signal.aborted) throw cancelled();
    if (ended !== undefined) throw ended;
    const id = nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<Calls[Name]["result"]>();
    pending.set(id, { emit, resolve, reject });
    const cancel = (): void => post({ type: "cancel", id });
    signal.addEventListener("abort", cancel, { once: true });
    post({ type: "call", id, call: request }, transferList(request));
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", cancel);
      pending.delete(id);
    }
  };
  const failAll = (reason: string): void => {
    ended = new Problem("model-unavailable", reason);
    for (const { reject } of pending.values()) reject(ended);
  };
  return { call, failAll, stop: () => post({ type: "stop" }) };
}

/** Starts the thread and loads the model in it. Rejects if either fails. */
export async function startEngineThread(options: EngineThreadOptions): Promise<ThreadedEngine> {
  const worker = new Worker(new URL("thread-node.ts", import.meta.url), { workerData: options });
  const { description, ports, positions } = await waitUntilReady(worker);
  const router = createCallRouter(worker);
  const status = createEngineStatus();
  worker.on("message", status.onMessage);
  const ended = new Promise<string>((resolve) => {
    worker.once("error", (error) => resolve(`The engine's thread failed: ${String(error)}`));
    worker.once("exit", (code) => resolve(`The engine's thread ended with ${code}.`));
  });
  void ended.then(router.failAll);
  return {
    description,
    ports,
    positions,
    has: status.has,
    ended,
    generate: (job, emit, signal) => router.call<"generate">({ type: "generate", job }, signal, emit),
    encode: (job, signal) => router.call<"encode">({ type: "encode", job }, signal),
    run: (graph, inputs, outputs, signal) => router.call<"run">({ type: "run", graph, inputs, outputs }, signal),
    load: status.load,
    stop: async () => {
      router.failAll("The engine was stopped.");
      router.stop();
      await ended;
    },
  };
}
