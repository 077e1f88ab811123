import { Problem } from "../contract/problems.ts";
import { createDecoder, createFlorence2, type Decoder, embed, type Florence2, type Graphs } from "./florence2.ts";
import { type ImageConfig, type ModelConfig, readImageConfig, readModelConfig } from "./model-config.ts";
import type { CreateSession, Session, SessionUse } from "./session.ts";
import { describeContent, isOnnxModel } from "../weights/file-content.ts";
import type { ModelShards } from "../weights/shards.ts";
import type { Float32Tensor } from "./tensors.ts";

/** Converts text to ids and back, as the model's tokenizer files define it. */
export interface Tokenizer {
  /** The ids of a prompt, enclosed in `<s>` and `</s>`. */
  encode(text: string): readonly number[];
  /** Special tokens are kept. */
  decode(ids: readonly number[]): string;
}

/** The part of a model that generates, once an image and a prompt have been encoded. */
export interface DecoderModel {
  readonly config: ModelConfig;
  readonly florence: Decoder;
  readonly tokenizer: Tokenizer;
}

/** A whole model, with encoders and decoder. */
export interface Model extends DecoderModel {
  readonly florence: Florence2;
  /** The graphs of `florence`, for a backend that serves the bare graphs. */
  readonly graphs: Graphs;
}

/** The paths of the files in a model folder, in the onnx-community layout. */
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

/** Returns the embeddings of a prompt's ids, `[1, tokens, width]`, which are part of the encoder's input. */
export type EmbedPrompt = (ids: readonly number[]) => Promise<Float32Tensor>;

/** Options for loading a model. */
export interface LoadOptions {
  readonly shards: ModelShards;
  readonly createSession: CreateSession;
  readonly createTokenizer: (tokenizer: unknown, config: unknown) => Tokenizer;
  /** Called after each graph file, to report that loading makes progress. */
  readonly progress: () => void;
}

/** The problem of a file that the runtime cannot load: its bytes match the manifest. */
function loadingProblem(path: string, bytes: Uint8Array, cause: unknown): Problem {
  // Wrong at every attempt, so a caller need not try again.
  if (!isOnnxModel(bytes)) return new Problem("model-corrupt", describeContent(path, bytes), { cause });
  // Either the runtime cannot run the graph, or memory is too small for it now.
  return new Problem("model-unavailable", `ONNX Runtime cannot load ${path}.`, { cause });
}

/** The file of a graph, and how the graph is used. */
interface GraphFile extends SessionUse {
  readonly path: string;
}

/** Loads one graph, then frees the file's memory at once. Until the garbage collector ran, the file would be in memory together with the next one. */
async function loadGraph(
  { shards, createSession, progress }: LoadOptions,
  { path, ...use }: GraphFile,
): Promise<Session> {
  const bytes = await shards.bytes(path);
  try {
    return await createSession(bytes, use);
  } catch (cause) {
    throw loadingProblem(path, bytes, cause);
  } finally {
    bytes.buffer.transfer(0);
    progress();
  }
}

const graphFiles: Readonly<Record<keyof Graphs, GraphFile>> = {
  decoder: { path: modelFiles.decoder, runsSeldom: false },
  visionEncoder: { path: modelFiles.visionEncoder, runsSeldom: true },
  encoder: { path: modelFiles.encoder, runsSeldom: true },
  embedTokens: { path: modelFiles.embedTokens, runsSeldom: false },
};

/**
 * Returns a function that loads a graph, and one that releases all loaded graphs. The latter is needed when a graph fails to
 * load: the garbage collector does not free ONNX Runtime's memory for the graphs loaded before it.
 */
function graphLoader(options: LoadOptions) {
  const sessions: Session[] = [];
  const load = async (name: keyof Graphs): Promise<Session> => {
    const session = await loadGraph(options, graphFiles[name]);
    sessions.push(session);
    return session;
  };
  const releaseAll = async (): Promise<void> => {
    for (const session of sessions) await session.release();
  };
  return { load, releaseAll };
}

type LoadGraph = (name: keyof Graphs) => Promise<Session>;

/**
 * Runs `loadAll`, which loads graphs one after another, the largest first, so that a large file is not in memory together with the
 * weights of the others. Releases the loaded graphs when it throws.
 */
async function loadGraphs<Loaded>(
  options: LoadOptions,
  loadAll: (load: LoadGraph) => Promise<Loaded>,
): Promise<Loaded> {
  const { load, releaseAll } = graphLoader(options);
  try {
    return await loadAll(load);
  } catch (thrown) {
    await releaseAll();
    throw thrown;
  }
}

/** Reads how `preprocess` must convert images for this model. */
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

/** Reads the settings and the tokenizer from the JSON files, which every kind of model needs. */
async function readSettings({ shards, createTokenizer }: LoadOptions) {
  const tokenizerFile = await shards.json(modelFiles.tokenizer);
  const config = await readConfig(shards, tokenizerFile);
  const tokenizer = createTokenizer(tokenizerFile, await shards.json(modelFiles.tokenizerConfig));
  return { config, tokenizer };
}

/**
 * Loads a model. Throws as `ModelShards` does, `model-corrupt` if a JSON file is invalid or a graph is no ONNX, and `model-unavailable`
 * if the runtime cannot load a graph.
 */
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

/** Loads a model without its encoders, which run elsewhere. Throws as `loadModel` does. */
export async function loadDecoder(options: LoadOptions): Promise<DecoderModel & { readonly embed: EmbedPrompt }> {
  const settings = await readSettings(options);
  const graphs = await loadGraphs(options, async (load) => {
    const decoder = await load("decoder");
    return { decoder, embedTokens: await load("embedTokens") };
  });
  const florence = createDecoder(graphs, settings.config);
  return { ...settings, florence, embed: (ids) => embed(graphs.embedTokens, ids, [1, ids.length]) };
}
