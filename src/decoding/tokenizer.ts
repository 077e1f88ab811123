import { BPE, Tokenizer as HubTokenizer } from "@huggingface/tokenizers";
import * as z from "zod";
import { Problem } from "../contract/problems.ts";
import type { Tokenizer } from "../runtime/load-model.ts";

/** BART's tokenizer, the only kind that Florence-2 has; `add_prefix_space` would need more than the split below. */
const bartTokenizer = z.looseObject({
  model: z.looseObject({ type: z.literal("BPE") }),
  pre_tokenizer: z.looseObject({ type: z.literal("ByteLevel"), add_prefix_space: z.literal(false) }),
  decoder: z.looseObject({ type: z.literal("ByteLevel") }),
});

const tokenizerSettings = z.looseObject({});

/** How byte-level BPE cuts a text into words, in Python's `tokenizers`, where `\s` is Unicode's White_Space. */
const WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/**
 * Below how many characters of a word its pieces are kept. The library keeps 10,000 words, of up to 255 characters if it is let: 60 MiB, had by
 * some 160 prompts that are refused for their length. So it is 8 MiB at most, and English words come from there as before.
 */
const MAX_KEPT_WORD = 24;

/**
 * Makes the tokenizer that `tokenizer.json` and `tokenizer_config.json` describe. Ids and texts are those of Python's
 * `tokenizers`, special tokens kept and spaces never cleaned up. Throws `Problem` `model-corrupt`.
 */
export function createTokenizer(tokenizerJson: unknown, tokenizerConfig: unknown): Tokenizer {
  const tokenizer = load(tokenizerJson, tokenizerConfig);
  const options = { skip_special_tokens: false, clean_up_tokenization_spaces: false };
  return {
    encode: (text) => tokenizer.encode(text).ids,
    // The library refuses an empty list.
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
    if (tokenizer.model instanceof BPE) tokenizer.model.max_length_to_cache = MAX_KEPT_WORD;
    return tokenizer;
  } catch (cause) {
    throw new Problem("model-corrupt", "tokenizer.json or tokenizer_config.json describes no BART tokenizer.", {
      cause,
    });
  }
}

/**
 * The library's own byte-level splitter has JavaScript's `\s`, which counts U+FEFF as white space and U+0085 not; its
 * general one translates `\s` correctly. So the split is taken out of the former and given to the latter.
 */
function splitExactly(byteLevel: object): object {
  const split = { type: "Split", pattern: { Regex: WORDS }, behavior: "Isolated", invert: false };
  return { type: "Sequence", pretokenizers: [split, { ...byteLevel, use_regex: false }] };
}
