import * as z from "zod";
import { createBeamSearch } from "../src/decoding/beam-search.ts";
import { createGreedySearch } from "../src/decoding/greedy-search.ts";
import type { GenerationSettings } from "../src/decoding/logits.ts";
import type { Search, SearchResult } from "../src/decoding/search.ts";
import type { Check } from "./vector-check.ts";

const table = z.array(z.array(z.number()));

/** A search over a toy model; `config` uses the names of `generation_config.json`. */
const vector = z.object({
  id: z.string(),
  config: z.object({
    num_beams: z.int(),
    early_stopping: z.union([z.boolean(), z.literal("never")]),
    length_penalty: z.number(),
    no_repeat_ngram_size: z.int(),
    forced_bos_token_id: z.int().nullish(),
    forced_eos_token_id: z.int().nullish(),
    max_length: z.int(),
    decoder_start_token_id: z.int(),
    eos_token_id: z.int(),
  }),
  vocab_size: z.int(),
  table_last: table,
  table_prev: table,
  expected_sequence: z.array(z.int()),
  model_calls: z.int(),
  greedy_sequence: z.array(z.int()),
});
type Vector = z.infer<typeof vector>;

const SearchFile = z.object({ vectors: z.array(vector) });

function rulesOf({ config, vocab_size: vocabularySize }: Vector): GenerationSettings {
  return {
    startTokenId: config.decoder_start_token_id,
    endTokenId: config.eos_token_id,
    forcedFirstTokenId: config.forced_bos_token_id ?? undefined,
    forcedLastTokenId: config.forced_eos_token_id ?? undefined,
    noRepeatNgramSize: config.no_repeat_ngram_size,
    beams: config.num_beams,
    earlyStopping: config.early_stopping,
    lengthPenalty: config.length_penalty,
    maxNewTokens: config.max_length - 1,
    maxLength: config.max_length,
    vocabularySize,
    imageTokenId: undefined,
  };
}

/** The toy model's logits. They depend on the last two ids of a sequence; a missing id counts as 0. */
function logitsAfter(sequence: readonly number[], { table_last, table_prev, vocab_size }: Vector): Float32Array {
  const last = table_last[sequence.at(-1) ?? 0];
  const previous = table_prev[sequence.at(-2) ?? 0];
  return Float32Array.from({ length: vocab_size }, (_, id) => (last?.[id] ?? 0) + (previous?.[id] ?? 0));
}

/** Runs a search to its end over a model that is a function of the whole sequence; `calls` counts its steps. */
export function runSearch(
  start: Search,
  logitsOf: (sequence: readonly number[]) => Float32Array,
): SearchResult & { readonly calls: number } {
  let sequences: readonly (readonly number[])[] = [];
  let search: Search | SearchResult = start;
  for (let calls = 0; ; calls++) {
    if ("tokens" in search) return { ...search, calls };
    const known = sequences;
    sequences = search.rows.map(({ source, id }) => [...(known[source] ?? []), id]);
    search = search.next(sequences.map(logitsOf));
  }
}

/** Checks beam search and greedy search of every vector: the ids and the number of model calls. */
export function searchChecks(file: unknown): readonly Check[] {
  return SearchFile.parse(file).vectors.map((given): Check => {
    const { id, config, expected_sequence, greedy_sequence, model_calls } = given;
    const rules = rulesOf(given);
    const logitsOf = (sequence: readonly number[]): Float32Array => logitsAfter(sequence, given);
    const idsOf = ({ tokens }: SearchResult): readonly number[] => [
      rules.startTokenId,
      ...tokens.map((token) => token.id),
    ];
    const greedy = runSearch(createGreedySearch(rules), logitsOf);
    const best = config.num_beams === 1 ? greedy : runSearch(createBeamSearch(rules), logitsOf);
    return {
      name: id,
      expected: { expected_sequence, greedy_sequence, model_calls },
      actual: { expected_sequence: idsOf(best), greedy_sequence: idsOf(greedy), model_calls: best.calls },
    };
  });
}
