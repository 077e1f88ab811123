import { describe, expect, it } from "vitest";
import type { DecoderState, Florence2 } from "../../src/runtime/florence2.ts";
import type { LogitRules } from "../../src/runtime/logits.ts";
import { searchGreedily, type Search } from "../../src/runtime/search.ts";
import file from "../vectors/search/beam-search.json" with { type: "json" };

type Model = Pick<Florence2, "begin" | "step" | "release">;
type Vector = (typeof file.vectors)[number];

const mask = { type: "int64", data: new BigInt64Array(0), dims: [1, 0] } as const;
const encoded = { hidden: mask, mask };

/** A state whose cache is the id that was fed last. */
function stateAfter(id: number): DecoderState {
  const tensor = { type: "int64", data: BigInt64Array.of(BigInt(id)), dims: [1] } as const;
  return { encoded, cache: { last: tensor }, started: true };
}

function lastId({ cache }: DecoderState): number {
  return Number(cache["last"]?.data[0] ?? 0);
}

/** The model of a vector: its logits hang on the last two ids. */
function tableModel({ table_last: byLast, table_prev: byPrevious, vocab_size: size }: Vector): Model {
  return {
    begin: () => stateAfter(0),
    step: async (state, id) => ({
      logits: Float32Array.from({ length: size }, (_, to) =>
        Math.fround((byLast[id]?.[to] ?? 0) + (byPrevious[lastId(state)]?.[to] ?? 0)),
      ),
      state: stateAfter(id),
    }),
    release: () => {},
  };
}

function rulesOf({ config, vocab_size: vocabularySize }: Vector): LogitRules {
  return {
    startTokenId: config.decoder_start_token_id,
    endTokenId: config.eos_token_id,
    forcedFirstTokenId: config.forced_bos_token_id ?? undefined,
    forcedLastTokenId: config.forced_eos_token_id ?? undefined,
    noRepeatNgramSize: config.no_repeat_ngram_size,
    maxNewTokens: config.max_length - 1,
    maxLength: config.max_length,
    vocabularySize,
    imageTokenId: undefined,
  };
}

/** Rules that force nothing and end at 2. */
const plain: LogitRules = {
  startTokenId: 2,
  endTokenId: 2,
  forcedFirstTokenId: undefined,
  forcedLastTokenId: undefined,
  noRepeatNgramSize: 0,
  maxNewTokens: 9,
  maxLength: 10,
  vocabularySize: 4,
  imageTokenId: undefined,
};

/** Writes `ids` one after another, whatever it is fed. */
function scripted(ids: readonly number[]): Model & { readonly released: DecoderState[] } {
  const released: DecoderState[] = [];
  return {
    released,
    begin: () => stateAfter(0),
    step: async (state) => {
      const at = lastId(state);
      const logits = Float32Array.from({ length: 4 }, (_, id) => Number(id === ids[at]));
      return { logits, state: stateAfter(at + 1) };
    },
    release: (state) => released.push(state),
  };
}

const search = (florence: Model, rules: LogitRules, onToken: Search["onToken"] = async () => {}) =>
  searchGreedily(encoded, { florence, rules, onToken });

describe("greedy search", () => {
  it.each(file.vectors)("writes what transformers writes on $id", async (vector) => {
    const { tokens } = await search(tableModel(vector), rulesOf(vector));
    expect([2, ...tokens.map(({ id }) => id)]).toEqual(vector.greedy_sequence);
  });

  it("stops at the closing id and says so", async () => {
    const { tokens, finishReason } = await search(scripted([1, 3, 2, 1]), plain);
    expect(tokens.map(({ id }) => id)).toEqual([1, 3, 2]);
    expect(finishReason).toBe("stop");
  });

  it("calls a closing id that the limit forced a matter of length", async () => {
    const rules = { ...plain, forcedLastTokenId: 2, maxLength: 4 };
    const { tokens, finishReason } = await search(scripted([1, 3, 1, 1]), rules);
    expect(tokens.map(({ id }) => id)).toEqual([1, 3, 2]);
    expect(finishReason).toBe("length");
  });

  it("ends at the limit where nothing is forced", async () => {
    const { tokens, finishReason } = await search(scripted([1, 1, 1, 1, 1]), { ...plain, maxLength: 4 });
    expect(tokens).toHaveLength(3);
    expect(finishReason).toBe("length");
  });

  it("calls a closing id in the last place its own when nothing forced it", async () => {
    const { finishReason } = await search(scripted([1, 1, 2]), { ...plain, maxLength: 4 });
    expect(finishReason).toBe("stop");
  });

  it("gives a forced id the probability 1 and the others their share", async () => {
    const { tokens } = await search(scripted([1, 2]), { ...plain, forcedFirstTokenId: 0 });
    expect(tokens[0]).toEqual({ id: 0, logprob: 0 });
    expect(tokens[1]?.logprob).toBeCloseTo(1 - Math.log(Math.E + 3), 12);
  });

  it("tells of every id before it looks for the next, with the count so far", async () => {
    const told: string[] = [];
    await search(scripted([1, 3, 2]), plain, async ({ id }, count) => void told.push(`${count}:${id}`));
    expect(told).toEqual(["1:1", "2:3", "3:2"]);
  });

  it("frees every state, also when it is ended from outside", async () => {
    const florence = scripted([1, 1, 1, 1, 1, 1]);
    const ended = search(florence, plain, async (_, count) => {
      if (count === 3) throw new Error("enough");
    });
    await expect(ended).rejects.toThrow("enough");
    expect(florence.released.map(lastId)).toEqual([0, 1, 2, 3]);
  });
});
