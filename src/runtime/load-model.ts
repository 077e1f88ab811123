import { Problem } from "../contract/problems.ts";
import { createFlorence2, type Florence2, type Graphs } from "./florence2.ts";
import { readModelConfig, type ModelConfig } from "./model-config.ts";
import type { CreateSession, Session } from "./session.ts";
import type { ModelShards } from "./shards.ts";

/** Text to ids and back, as the model's own tokenizer files say. */
export interface Tokenizer {
  /** The ids of a prompt, `<s>` and `</s>` around them. */
  encode(text: string): readonly number[];
  /** Special tokens are kept. */
  decode(ids: readonly number[]): string;
}

/** A model that can answer. */
export interface Model {
  readonly config: ModelConfig;
  readonly florence: Florence2;
  readonly tokenizer: Tokenizer;
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

/**
 * Loads the graphs one after another, the largest first: a large file never comes on top of the others' weights. When
 * one fails, those before it are released: ONNX Runtime's memory is not collected.
 */
async function loadGraphs(options: LoadOptions): Promise<Graphs> {
  const sessions: Session[] = [];
  const load = async (path: string): Promise<Session> => {
    const session = await loadGraph(options, path);
    sessions.push(session);
    return session;
  };
  try {
    const decoder = await load(modelFiles.decoder);
    const visionEncoder = await load(modelFiles.visionEncoder);
    const encoder = await load(modelFiles.encoder);
    return { decoder, visionEncoder, encoder, embedTokens: await load(modelFiles.embedTokens) };
  } catch (thrown) {
    for (const session of sessions) await session.release();
    throw thrown;
  }
}

async function readConfig(shards: ModelShards, tokenizer: unknown): Promise<ModelConfig> {
  return readModelConfig({
    config: await shards.json(modelFiles.config),
    generation: await shards.json(modelFiles.generation),
    preprocessor: await shards.json(modelFiles.preprocessor),
    tokenizer,
  });
}

/** Loads a model. Throws as `ModelShards` does, and `model-corrupt` where a file is not what the runtime can use. */
export async function loadModel(options: LoadOptions): Promise<Model> {
  const { shards, createTokenizer } = options;
  const tokenizerFile = await shards.json(modelFiles.tokenizer);
  const config = await readConfig(shards, tokenizerFile);
  const tokenizer = createTokenizer(tokenizerFile, await shards.json(modelFiles.tokenizerConfig));
  return { config, tokenizer, florence: createFlorence2(await loadGraphs(options), config) };
}
