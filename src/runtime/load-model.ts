import { Problem } from "../contract/problems.ts";
import { createDecoder, createFlorence2, type Decoder, embed, type Florence2, type Graphs } from "./florence2.ts";
import { type ImageConfig, type ModelConfig, readImageConfig, readModelConfig } from "./model-config.ts";
import type { CreateSession, Session } from "./session.ts";
import type { ModelShards } from "../weights/shards.ts";
import type { Float32Tensor } from "./tensors.ts";

/** Text to ids and back, as the model's own tokenizer files say. */
export interface Tokenizer {
  /** The ids of a prompt, `<s>` and `</s>` around them. */
  encode(text: string): readonly number[];
  /** Special tokens are kept. */
  decode(ids: readonly number[]): string;
}

/** A model that can write an answer once a picture and a prompt have been encoded. */
export interface DecoderModel {
  readonly config: ModelConfig;
  readonly florence: Decoder;
  readonly tokenizer: Tokenizer;
}

/** A model that can answer. */
export interface Model extends DecoderModel {
  readonly florence: Florence2;
  /** What `florence` is made of, for those who serve the bare graphs. */
  readonly graphs: Graphs;
}

/** The files of a model folder, in the onnx-community layout. */
export const modelFiles = {
  config: "config.json",
  generation: "generation_config.json",
  preprocessor: "preprocessor_config.json",
  tokenizer: "tokenizer.json",
  tokenizerConfig: "tokenizer_config.json",
  visionEncoder: "onnx/vision_encoder.onnx",
  embedTokens: "onnx/embed_tokens.onnx",
  encoder: "onnx/encoder_model.onnx",
  decoder: "onnx/decoder_model_merged.onnx",
} as const;

/** A prompt's ids → what the encoder reads of them, `[1, tokens, width]`. */
export type EmbedPrompt = (ids: readonly number[]) => Promise<Float32Tensor>;

/** What loading needs. */
export interface LoadOptions {
  readonly shards: ModelShards;
  readonly createSession: CreateSession;
  readonly createTokenizer: (tokenizer: unknown, config: unknown) => Tokenizer;
  /** Called after each file: loading goes on. */
  readonly progress: () => void;
}

/** Loads one graph, and gives the file's memory back at once: waiting for the collector would put the next file on top of it. */
async function loadGraph({ shards, createSession, progress }: LoadOptions, path: string): Promise<Session> {
  const bytes = await shards.bytes(path);
  try {
    return await createSession(bytes);
  } catch (cause) {
    // Its bytes are what the manifest says: a graph that cannot be run, or no memory to run it in.
    throw new Problem("model-unavailable", `ONNX Runtime cannot load ${path}.`, { cause });
  } finally {
    bytes.buffer.transfer(0);
    progress();
  }
}

const graphPaths = {
  decoder: modelFiles.decoder,
  visionEncoder: modelFiles.visionEncoder,
  encoder: modelFiles.encoder,
  embedTokens: modelFiles.embedTokens,
} as const satisfies Record<keyof Graphs, string>;

/**
 * Gives a function that loads graphs, and one that releases all that it loaded: when one fails, ONNX Runtime's memory for
 * those before it is not collected.
 */
function graphLoader(options: LoadOptions) {
  const sessions: Session[] = [];
  const load = async (name: keyof Graphs): Promise<Session> => {
    const session = await loadGraph(options, graphPaths[name]);
    sessions.push(session);
    return session;
  };
  const releaseAll = async (): Promise<void> => {
    for (const session of sessions) await session.release();
  };
  return { load, releaseAll };
}

type LoadGraph = (name: keyof Graphs) => Promise<Session>;

/** Loads the graphs one after another, the largest first: a large file never comes on top of the others' weights. */
async function loadGraphs<Loaded>(options: LoadOptions, all: (load: LoadGraph) => Promise<Loaded>): Promise<Loaded> {
  const { load, releaseAll } = graphLoader(options);
  try {
    return await all(load);
  } catch (thrown) {
    await releaseAll();
    throw thrown;
  }
}

/** What `preprocess` makes of a picture for this model. */
export async function readImageSettings(shards: ModelShards): Promise<ImageConfig> {
  return readImageConfig(await shards.json(modelFiles.preprocessor));
}

async function readConfig(shards: ModelShards, tokenizer: unknown): Promise<ModelConfig> {
  return readModelConfig({
    config: await shards.json(modelFiles.config),
    generation: await shards.json(modelFiles.generation),
    preprocessor: await shards.json(modelFiles.preprocessor),
    tokenizer,
  });
}

/** What every kind of model is told of itself by its json files. */
async function readSettings({ shards, createTokenizer }: LoadOptions) {
  const tokenizerFile = await shards.json(modelFiles.tokenizer);
  const config = await readConfig(shards, tokenizerFile);
  const tokenizer = createTokenizer(tokenizerFile, await shards.json(modelFiles.tokenizerConfig));
  return { config, tokenizer };
}

/** Loads a model. Throws as `ModelShards` does, and `model-corrupt` where a file is not what the runtime can use. */
export async function loadModel(options: LoadOptions): Promise<Model> {
  const settings = await readSettings(options);
  const graphs = await loadGraphs(options, async (load): Promise<Graphs> => {
    const decoder = await load("decoder");
    const visionEncoder = await load("visionEncoder");
    const encoder = await load("encoder");
    return { decoder, visionEncoder, encoder, embedTokens: await load("embedTokens") };
  });
  return { ...settings, graphs, florence: createFlorence2(graphs, settings.config) };
}

/** `loadModel` without the encoders, which run elsewhere. `embed` gives `[1, tokens, width]` of a prompt's ids. */
export async function loadDecoder(options: LoadOptions): Promise<DecoderModel & { readonly embed: EmbedPrompt }> {
  const settings = await readSettings(options);
  const graphs = await loadGraphs(options, async (load) => {
    const decoder = await load("decoder");
    return { decoder, embedTokens: await load("embedTokens") };
  });
  const florence = createDecoder(graphs, settings.config);
  return { ...settings, florence, embed: (ids) => embed(graphs.embedTokens, ids, [1, ids.length]) };
}
