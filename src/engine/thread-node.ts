/** Entry point of the engine thread. The engine has its own thread since ONNX Runtime's native build blocks the calling thread while a graph runs. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parentPort, type Transferable, workerData } from "node:worker_threads";
import { loadModel, type Model } from "../runtime/load-model.ts";
import { createNativeSessions } from "../runtime/ort-node.ts";
import { describeModel } from "../runtime/describe-model.ts";
import { openModelShards } from "../weights/shards.ts";
import { createTokenizer } from "../decoding/tokenizer.ts";
import { createEngine, type Engine } from "./engine.ts";
import { buffersOf, type Call, failureOf, type FromEngine, type GraphSignatures, type ToEngine } from "./messages.ts";
import type { EngineThreadOptions } from "./threaded-node.ts";

/** How often the engine posts its load, in milliseconds: metrics are scraped less often than this. */
const LOAD_INTERVAL_MS = 250;

if (parentPort === null) throw new Error("This is the engine's thread: start it with startEngineThread.");
const port = parentPort;
const options: EngineThreadOptions = workerData;

function post(message: FromEngine, transfer: readonly Transferable[] = []): void {
  port.postMessage(message, transfer);
}

async function load(): Promise<{ readonly model: Model; readonly engine: Engine }> {
  const readAsset = async (path: string) => new Response(await readFile(join(options.folder, path)));
  const shards = await openModelShards(readAsset, options.modelId);
  const createSession = createNativeSessions(options);
  const model = await loadModel({ shards, createSession, createTokenizer, progress: () => {} });
  const engine = createEngine(model, options, {
    now: () => performance.now(),
    sleep: (milliseconds) => setTimeout(milliseconds),
    onChange: (digest, isKnown) => post({ type: "digest", digest, isKnown }),
  });
  const { config, graphs } = model;
  const portsOf = (name: keyof typeof graphs) => ({ inputs: graphs[name].inputs, outputs: graphs[name].outputs });
  const ports: GraphSignatures = {
    visionEncoder: portsOf("visionEncoder"),
    embedTokens: portsOf("embedTokens"),
    encoder: portsOf("encoder"),
    decoder: portsOf("decoder"),
  };
  post({ type: "ready", description: await describeModel(shards), ports, positions: config.positions });
  return { model, engine };
}

async function respond(engine: Engine, id: number, call: Call, signal: AbortSignal): Promise<void> {
  if (call.type === "generate") {
    const times = await engine.generate(call.job, (event) => post({ type: "event", id, event }), signal);
    post({ type: "result", id, result: times });
  } else if (call.type === "encode") {
    const encoded = await engine.encode(call.job, signal);
    post({ type: "result", id, result: encoded }, buffersOf(encoded.states));
  } else {
    const outputs = await engine.run(call.graph, call.inputs, call.outputs, signal);
    post({ type: "result", id, result: outputs }, buffersOf(Object.values(outputs)));
  }
}

const { engine } = await load();
const inFlight = new Map<number, AbortController>();

async function handleCall(id: number, call: Call): Promise<void> {
  const controller = new AbortController();
  inFlight.set(id, controller);
  try {
    await respond(engine, id, call, controller.signal);
  } catch (thrown) {
    post({ type: "failed", id, failure: failureOf(thrown) });
  }
  inFlight.delete(id);
}

/** Aborts all calls and closes the port, so that the thread ends after the graph that is running. */
function stop(): void {
  for (const controller of inFlight.values()) controller.abort();
  port.close();
}

port.on("message", (message: ToEngine) => {
  if (message.type === "cancel") inFlight.get(message.id)?.abort();
  else if (message.type === "stop") stop();
  else void handleCall(message.id, message.call);
});
setInterval(() => post({ type: "load", load: engine.load() }), LOAD_INTERVAL_MS).unref();
