/** The engine's own thread: ONNX Runtime's native build blocks the thread that it runs in for as long as a graph takes. */
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
import { buffersOf, type Call, failureOf, type FromEngine, type GraphPorts, type ToEngine } from "./messages.ts";
import type { EngineThreadOptions } from "./threaded-node.ts";

/** How often the engine tells how busy it is, in milliseconds: as often as anybody looks at a gauge. */
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
  const ports: GraphPorts = {
    visionEncoder: portsOf("visionEncoder"),
    embedTokens: portsOf("embedTokens"),
    encoder: portsOf("encoder"),
    decoder: portsOf("decoder"),
  };
  post({ type: "ready", description: await describeModel(shards), ports, positions: config.positions });
  return { model, engine };
}

async function answer(engine: Engine, id: number, call: Call, signal: AbortSignal): Promise<void> {
  if (call.type === "generate") {
    const times = await engine.generate(call.job, (event) => post({ type: "event", id, event }), signal);
    post({ type: "answer", id, answer: times });
  } else if (call.type === "encode") {
    const encoded = await engine.encode(call.job, signal);
    post({ type: "answer", id, answer: encoded }, buffersOf(encoded.states));
  } else {
    const outputs = await engine.run(call.graph, call.inputs, call.outputs, signal);
    post({ type: "answer", id, answer: outputs }, buffersOf(Object.values(outputs)));
  }
}

const { engine } = await load();
const underWay = new Map<number, AbortController>();

async function serve(id: number, call: Call): Promise<void> {
  const controller = new AbortController();
  underWay.set(id, controller);
  try {
    await answer(engine, id, call, controller.signal);
  } catch (thrown) {
    post({ type: "failed", id, failure: failureOf(thrown) });
  }
  underWay.delete(id);
}

/** Nothing is begun any more, and the thread ends behind the graph that runs. */
function stop(): void {
  for (const controller of underWay.values()) controller.abort();
  port.close();
}

port.on("message", (message: ToEngine) => {
  if (message.type === "cancel") underWay.get(message.id)?.abort();
  else if (message.type === "stop") stop();
  else void serve(message.id, message.call);
});
setInterval(() => post({ type: "load", load: engine.load() }), LOAD_INTERVAL_MS).unref();
