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
  type GraphPorts,
  type ToEngine,
} from "./messages.ts";

/** What the engine's thread is started with. */
export interface EngineThreadOptions extends EngineLimits, NativeOptions {
  /** The folder of the manifest. */
  readonly folder: string;
  readonly modelId: string;
}

/**
 * An engine in a thread of its own, so that the calling thread stays free for requests while a graph runs. What a job or a run
 * brings, pixels and tensors, is moved there: it cannot be used afterwards.
 */
export interface ThreadedEngine extends Engine {
  readonly description: ModelDescription;
  readonly ports: GraphPorts;
  /** What the decoder can write at most. */
  readonly positions: number;
  /** Whether a digest alone is most likely enough. */
  has(digest: string): boolean;
  /** Resolves with the reason when the thread has ended, which it only does by itself when something is badly wrong. */
  readonly ended: Promise<string>;
  /**
   * Fails what is pending, and resolves when the thread has ended: behind the graph that runs, since a thread that is ended within ONNX
   * Runtime takes the whole process with it.
   */
  stop(): Promise<void>;
}

/** A call whose answer has not come. */
interface Pending {
  readonly emit: (event: GenerationEvent) => void;
  readonly resolve: (answer: Calls[keyof Calls]["answer"]) => void;
  readonly reject: (reason: unknown) => void;
}

type Ready = Extract<FromEngine, { type: "ready" }>;

const idle: EngineLoad = { waiting: 0, running: 0, cachedPictures: 0, cachedBytes: 0 };

async function ready(worker: Worker): Promise<Ready> {
  // Rejects with the thread's own error if it cannot load its model.
  const [message]: FromEngine[] = await once(worker, "message");
  if (message?.type === "ready") return message;
  throw new Error("The engine's thread did not begin by saying that it is ready.");
}

/** What the thread last told of itself. */
function createStatus() {
  const known = new Set<string>();
  let load = idle;
  return {
    hear: (message: FromEngine): void => {
      if (message.type === "load") load = message.load;
      else if (message.type === "digest" && message.isKnown) known.add(message.digest);
      else if (message.type === "digest") known.delete(message.digest);
    },
    load: () => load,
    has: (digest: string) => known.has(digest),
  };
}

function deliver(message: FromEngine, pending: ReadonlyMap<number, Pending>): void {
  if (message.type === "event") pending.get(message.id)?.emit(message.event);
  else if (message.type === "answer") pending.get(message.id)?.resolve(message.answer);
  else if (message.type === "failed") pending.get(message.id)?.reject(errorOf(message.failure));
}

/** What a call brings moves to the thread: whoever asks has no more use for it. */
function belongings(call: Call): readonly ArrayBuffer[] {
  if (call.type === "run") return buffersOf(Object.values(call.inputs));
  return call.job.pixels === undefined ? [] : buffersOf([{ data: call.job.pixels }]);
}

/** Posts calls and hands out what comes back. */
function createCallRouter(worker: Worker) {
  const pending = new Map<number, Pending>();
  let next = 0;
  worker.on("message", (message: FromEngine) => deliver(message, pending));
  let ended: Problem | undefined;
  const post = (message: ToEngine, transfer: readonly ArrayBuffer[] = []): void =>
    worker.postMessage(message, transfer);
  const call = async <Name extends keyof Calls>(
    asked: Extract<Call, { type: Name }>,
    signal: AbortSignal,
    emit: Pending["emit"] = () => {},
  ): Promise<Calls[Name]["answer"]> => {
    if (signal.aborted) throw cancelled();
    if (ended !== undefined) throw ended;
    const id = next++;
    const { promise, resolve, reject } = Promise.withResolvers<Calls[Name]["answer"]>();
    pending.set(id, { emit, resolve, reject });
    const cancel = (): void => post({ type: "cancel", id });
    signal.addEventListener("abort", cancel, { once: true });
    post({ type: "call", id, call: asked }, belongings(asked));
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

/** Starts the thread and loads the model in it. Rejects with what hinders that. */
export async function startEngineThread(options: EngineThreadOptions): Promise<ThreadedEngine> {
  const worker = new Worker(new URL("thread-node.ts", import.meta.url), { workerData: options });
  const { description, ports, positions } = await ready(worker);
  const router = createCallRouter(worker);
  const status = createStatus();
  worker.on("message", status.hear);
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
