/** One side of `generate.ts`, in its own process so that the sides do not share garbage collection. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../src/bytes/sha256.ts";
import type { EncodedImage, Generation } from "../src/inference/backend.ts";
import { type TaskName, tasks } from "../src/florence/tasks.ts";
import { createNativeSessions } from "../src/runtime/ort-node.ts";
import type { CreateSession, Session } from "../src/runtime/session.ts";
import { root } from "../tools/serve.ts";
import { loadModel, loadProcessor } from "./competitors/transformers-js.ts";
import { type Graph, graphs, GraphTimes, type Times } from "./graph-times.ts";
import { timed } from "./measure.ts";
import { nativeBackend } from "./native-service.ts";

/** One round: the generated ids of each task, and the milliseconds in total and by graph. */
export interface Round extends Times {
  readonly ids: Ids;
  readonly total: number;
}

const THREADS = 1;
const MAX_NEW_TOKENS = 256;

/** As large as the model's input, because the two sides resize differently. */
const bytes = new Uint8Array(await readFile(join(root, "test/vectors/mini/pictures/00-256x256.png")));
const image: EncodedImage = { bytes, format: "png", width: 256, height: 256, digest: await sha256(bytes) };

type Ids = readonly (readonly number[])[];

/** One side: answers tasks on the image and measures the time by graph. */
interface Side {
  readonly answer: (names: readonly TaskName[]) => Promise<Ids>;
  readonly times: GraphTimes;
}

function graphOf({ inputs }: Session): Graph {
  const names = new Set(inputs.map(({ name }) => name));
  if (names.has("pixel_values")) return "vision";
  if (names.has("input_ids")) return "embedding";
  return names.has("encoder_hidden_states") ? "decoder" : "encoder";
}

function ours(): Side {
  const times = new GraphTimes();
  const create = createNativeSessions({ threads: THREADS });
  const createSession: CreateSession = async (file) => {
    const session = await create(file);
    const graph = graphOf(session);
    return { ...session, run: (...inputs) => times.measure(graph, () => session.run(...inputs)) };
  };
  const backend = nativeBackend(createSession);
  const answer = async (names: readonly TaskName[]): Promise<Ids> => {
    const prompts = names.map((name) => tasks[name].sentence);
    const generations: Generation[] = [];
    const request = { image, prompts, decoding: { maxNewTokens: MAX_NEW_TOKENS } };
    for await (const event of backend.generate(request, new AbortController().signal)) {
      if (event.type === "done") generations[event.prompt] = event.generation;
    }
    return generations.map(({ tokenIds }) => tokenIds);
  };
  return { answer, times };
}

/** The graphs' session names in transformers.js. */
const sessionNames: Readonly<Record<Graph, string>> = {
  vision: "vision_encoder",
  embedding: "embed_tokens",
  encoder: "model",
  decoder: "decoder_model_merged",
};

/** transformers.js. It decodes and preprocesses the image once per round, but `generate` cannot reuse one vision pass for several prompts. */
async function theirs(): Promise<Side> {
  const { library, processor } = await loadProcessor();
  const model = await loadModel(library, THREADS);
  const times = new GraphTimes();
  for (const graph of graphs) {
    const session = model.sessions[sessionNames[graph]];
    if (session === undefined) throw new Error(`transformers.js has no session ${sessionNames[graph]}.`);
    const run = session.run.bind(session);
    session.run = (...inputs) => times.measure(graph, () => run(...inputs));
  }
  const answer = async (names: readonly TaskName[]): Promise<Ids> => {
    const pixels = await processor.image_processor(await library.RawImage.fromBlob(new Blob([bytes])));
    const ids: (readonly number[])[] = [];
    for (const name of names) {
      const prompt = processor.tokenizer(processor.construct_prompts(tasks[name].token));
      const output = await model.generate({ ...pixels, ...prompt, max_new_tokens: MAX_NEW_TOKENS, do_sample: false });
      ids.push(output.tolist()[0]?.slice(1).map(Number) ?? []);
    }
    return ids;
  };
  return { answer, times };
}

const { answer, times } = process.argv[2] === "transformers.js" ? await theirs() : ours();
process.once("disconnect", () => process.exit());
process.on("message", (names: readonly TaskName[]) => {
  times.take();
  void timed(() => answer(names)).then(({ ms, result }) => process.send?.({ ...times.take(), total: ms, ids: result }));
});
