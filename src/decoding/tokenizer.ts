import { BPE, Tokenizer as HubTokenizer } from "@huggingface/tokenizers";
import * as z from "zod";
import { Problem } from "../contract/problems.ts";
import type { Tokenizer } from "../runtime/load-model.ts";

/** BART's tokenizer, the only kind that Florence-2 uses. `add_prefix_space` is not supported by the split below. */
const bartTokenizer = z.looseObject({
  model: z.looseObject({ type: z.literal("BPE") }),
  pre_tokenizer: z.looseObject({ type: z.literal("ByteLevel"), add_prefix_space: z.literal(false) }),
  decoder: z.looseObject({ type: z.literal("ByteLevel") }),
});

const tokenizerSettings = z.looseObject({});

/** The pattern with which byte-level BPE splits a text into words in Python's `tokenizers`, where `\s` is Unicode's White_Space. */
const WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/**
 * Words of this many characters or more are not cached. The library caches the pieces of 10,000 words, of up to 255 characters by
 * default: 60 MiB, which about 160 prompts that are rejected for their length would fill. With this limit the cache is 8 MiB at
 * most, and English words are still cached.
 */
const UNCACHED_FROM_LENGTH = 24;

/**
 * Creates the tokenizer that `tokenizer.json` and `tokenizer_config.json` describe. Ids and texts equal those of Python's
 * `tokenizers`, with special tokens kept and without clean-up of spaces. Throws `Problem` `model-corrupt`.
 */
export function createTokenizer(tokenizerJson: unknown, tokenizerConfig: unknown): Tokenizer {
  const tokenizer = load(tokenizerJson, tokenizerConfig);
  const options = { skip_special_tokens: false, clean_up_tokenization_spaces: false };
  return {
    encode: (text) => tokenizer.encode(text).ids,
    // The library throws for an empty list.
    decode: (ids) => (ids.length === 0 ? "" : tokenizer.decode([...ids], options)),
  };
}

function load(tokenizerJson: unknown, tokenizerConfig: unknown): HubTokenizer {
  try {
    const file = bartTokenizer.parse(tokenizerJson);
    const tokenizer = new HubTokenizer(
      { ...file, pre_tokenizer: splitExactly(file.pre_tokenizer) },
      tokenizerSettings.parse(tokenizerConfig),
    );
    if (tokenizer.model instanceof BPE) tokenizer.model.max_length_to_cache = UNCACHED_FROM_LENGTH;
    return tokenizer;
  } catch (cause) {
    throw new Problem("model-corrupt", "tokenizer.json or tokenizer_config.json describes no BART tokenizer.", {
      cause,
    });
  }
}

/**
 * Moves the split from the library's byte-level pre-tokenizer to its general `Split`. The former uses JavaScript's `\s`, which
 * counts U+FEFF as white space but not U+0085; the latter translates `\s` correctly.
 */
function splitExactly(byteLevel: object): object {
  const split = { type: "Split", pattern: { Regex: WORDS }, behavior: "Isolated", invert: false };
  return { type: "Sequence", pretokenizers: [split, { ...byteLevel, use_regex: false }] };
}
