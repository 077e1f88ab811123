import * as z from "zod";
import { Problem } from "../contract/problems.ts";

const count = z.int().positive();
const tokenId = z.int().nonnegative();
const perChannel = z.tuple([z.number(), z.number(), z.number()]);

/** `generation_config.json`. A setting that it lacks is in `text_config`. */
const generationSettings = z.object({
  decoder_start_token_id: tokenId.nullish(),
  eos_token_id: tokenId.nullish(),
  forced_bos_token_id: tokenId.nullish(),
  forced_eos_token_id: tokenId.nullish(),
  no_repeat_ngram_size: z.int().nonnegative().nullish(),
  num_beams: count.nullish(),
  early_stopping: z.union([z.boolean(), z.literal("never")]).nullish(),
  length_penalty: z.number().nullish(),
  max_new_tokens: count.nullish(),
  max_length: z.int().min(2).nullish(),
});

const modelFile = z.object({
  image_token_id: tokenId.nullish(),
  text_config: generationSettings.extend({
    d_model: count,
    decoder_attention_heads: count,
    max_position_embeddings: count,
  }),
});

const imageFile = z.object({
  size: z.object({ height: count, width: count }),
  image_mean: perChannel,
  image_std: perChannel,
  image_seq_length: count,
});

const tokenizerFile = z.object({
  model: z.object({ vocab: z.record(z.string(), tokenId) }),
  added_tokens: z.array(z.object({ id: tokenId, content: z.string() })),
});

/** How `preprocess` converts an image. */
export interface ImageConfig {
  /** Side of the square, in pixels. */
  readonly size: number;
  /** Per channel, red first, for values in 0..1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Number of tokens that the vision encoder outputs for one image. */
  readonly tokens: number;
}

/** The checkpoint's own generation settings. */
export interface GenerationConfig {
  readonly startTokenId: number;
  readonly endTokenId: number;
  /** The forced first id of every generation, if any. */
  readonly forcedFirstTokenId: number | undefined;
  /** The forced last id of a generation that reaches its limit, if any. */
  readonly forcedLastTokenId: number | undefined;
  /** No n-gram of this many ids occurs twice; 0 turns the rule off. */
  readonly noRepeatNgramSize: number;
  readonly beams: number;
  readonly earlyStopping: boolean | "never";
  readonly lengthPenalty: number;
  /** Default limit of generated tokens, the end token included. */
  readonly maxNewTokens: number;
  /** Ids from here on are padding of the logits and have no token. */
  readonly vocabularySize: number;
  /** The placeholder id for visual tokens. Only some vocabularies have it; it must never be generated. */
  readonly imageTokenId: number | undefined;
}

/** All sizes and settings that the runtime needs, read from the model's own files. */
export interface ModelConfig {
  readonly image: ImageConfig;
  readonly generation: GenerationConfig;
  /** Rows of the position tables: the maximum sequence length of the encoder and of the decoder. */
  readonly positions: number;
  readonly attentionHeads: number;
  /** Width of one attention head. */
  readonly headSize: number;
}

/** The model's JSON files, parsed but not validated. */
export interface ModelFiles {
  readonly config: unknown;
  readonly generation: unknown;
  readonly preprocessor: unknown;
  readonly tokenizer: unknown;
}

function parse<Schema extends z.ZodType>(schema: Schema, file: string, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Problem("model-corrupt", `${file}: ${z.prettifyError(result.error)}`);
}

/** Validates `preprocessor_config.json`. Throws `model-corrupt`, naming the file and the field, if it is invalid. */
export function readImageConfig(preprocessor: unknown): ImageConfig {
  const file = parse(imageFile, "preprocessor_config.json", preprocessor);
  const { height, width } = file.size;
  if (height !== width) throw new Problem("model-corrupt", "preprocessor_config.json: size is not a square");
  return { size: width, mean: file.image_mean, std: file.image_std, tokens: file.image_seq_length };
}

/** Returns the id of `<loc_0>`; the ids of the other location tokens follow it. Throws `model-corrupt` if the vocabulary has no `<loc_0>`. */
export function readFirstLocationId(tokenizer: unknown): number {
  const { added_tokens: added } = parse(tokenizerFile, "tokenizer.json", tokenizer);
  const first = added.find(({ content }) => content === "<loc_0>");
  if (first === undefined) throw new Problem("model-corrupt", "tokenizer.json: there is no <loc_0>");
  return first.id;
}

function vocabularySize(tokenizer: unknown): number {
  const { model, added_tokens: added } = parse(tokenizerFile, "tokenizer.json", tokenizer);
  const ids = [...Object.values(model.vocab), ...added.map(({ id }) => id)];
  return 1 + ids.reduce((highest, id) => Math.max(highest, id), -1);
}

/** Validates the four files. Throws `model-corrupt`, naming the file and the field, if one is invalid. */
export function readModelConfig(files: ModelFiles): ModelConfig {
  const { text_config: text, image_token_id: imageTokenId } = parse(modelFile, "config.json", files.config);
  const own = parse(generationSettings, "generation_config.json", files.generation);
  // 2 is BART's default for both ids; a checkpoint that names neither relies on it.
  const endTokenId = own.eos_token_id ?? text.eos_token_id ?? 2;
  // As in transformers: `max_length` counts the decoder's start token; `max_new_tokens` does not, and takes precedence.
  const maxNewTokens = own.max_new_tokens ?? (own.max_length ?? 1 + text.max_position_embeddings) - 1;
  return {
    image: readImageConfig(files.preprocessor),
    generation: {
      startTokenId: own.decoder_start_token_id ?? text.decoder_start_token_id ?? endTokenId,
      endTokenId,
      forcedFirstTokenId: own.forced_bos_token_id ?? text.forced_bos_token_id ?? undefined,
      forcedLastTokenId: own.forced_eos_token_id ?? text.forced_eos_token_id ?? undefined,
      noRepeatNgramSize: own.no_repeat_ngram_size ?? text.no_repeat_ngram_size ?? 0,
      beams: own.num_beams ?? text.num_beams ?? 1,
      earlyStopping: own.early_stopping ?? text.early_stopping ?? false,
      lengthPenalty: own.length_penalty ?? text.length_penalty ?? 1,
      maxNewTokens,
      vocabularySize: vocabularySize(files.tokenizer),
      imageTokenId: imageTokenId ?? undefined,
    },
    positions: text.max_position_embeddings,
    attentionHeads: text.decoder_attention_heads,
    headSize: text.d_model / text.decoder_attention_heads,
  };
}
