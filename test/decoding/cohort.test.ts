import { describe, expect, it } from "vitest";
import {
  type Cohort,
  mergeCohorts,
  keepGroups,
  type SequenceGroup,
  startCohort,
  stepCohort,
} from "../../src/decoding/cohort.ts";
import type { Decoder } from "../../src/runtime/florence2.ts";
import type { DecoderState } from "../../src/runtime/decoder-state.ts";
import { loadModel } from "../../src/runtime/load-model.ts";
import { createSearch } from "../../src/decoding/generate.ts";
import { generationSettings } from "../../src/decoding/search.ts";
import { openModelShards } from "../../src/weights/shards.ts";
import type { Float32Tensor } from "../../src/runtime/tensors.ts";
import { tinyAssets } from "../support/tiny-backend.ts";
import { TINY_ANSWER, TINY_VISUAL_TOKENS, tinySessions, tinyTokenizer } from "../support/tiny-model.ts";

/** The tiny model's decoder, and the states that it has released. */
async function tinyDecoder() {
  const { florence, config } = await loadModel({
    shards: await openModelShards(tinyAssets, "tiny"),
    createSession: tinySessions().create,
    createTokenizer: () => tinyTokenizer,
    progress: () => {},
  });
  const released: DecoderState[] = [];
  const decoder: Decoder = {
    ...florence,
    release: (state, kept) => {
      released.push(state);
      florence.release(state, kept);
    },
  };
  const group = (beams = 1) => {
    const [tokens, generated]: [number[], number[][]] = [[], []];
    return {
      start: createSearch(generationSettings(config, { beams })),
      onToken: ({ id }: { readonly id: number }) => tokens.push(id),
      onFinished: (answer: Parameters<SequenceGroup["onFinished"]>[0]) =>
        generated.push(answer.tokens.map(({ id }) => id)),
      tokens,
      generated,
    };
  };
  return { decoder, released, group };
}

/** The encoder output for a prompt of the given number of letters. */
function encoded(letters: number): Float32Tensor {
  const length = TINY_VISUAL_TOKENS + 2 + letters;
  return { type: "float32", data: new Float32Array(length), dims: [1, length, 1] };
}

/** What the tiny model generates for it. */
const answer = (letters: number) => [...TINY_ANSWER.slice(0, TINY_ANSWER.length - letters), 2];

async function steps<Group extends SequenceGroup>(
  decoder: Decoder,
  cohort: Cohort<Group>,
  count: number,
): Promise<Cohort<Group>> {
  return count === 0 ? cohort : steps(decoder, await stepCohort(decoder, cohort), count - 1);
}

describe("a cohort", () => {
  it("generates for each group, removes finished groups, and frees everything after the last", async () => {
    const { decoder, released, group } = await tinyDecoder();
    const groups = [group(), group()];
    const started = startCohort(decoder, [encoded(1), encoded(3)], groups);
    const almost = await steps(decoder, started, answer(3).length);
    expect(almost.running).toHaveLength(1);
    const ended = await steps(decoder, almost, 2);
    expect(groups.map(({ generated }) => generated)).toEqual([[answer(1)], [answer(3)]]);
    expect(groups.map(({ tokens }) => tokens)).toEqual([answer(1), answer(3)]);
    expect(ended.running).toEqual([]);
    expect(new Set(released).size).toBe(released.length);
    expect(ended.state.encoderOutput.hidden.data.buffer.byteLength).toBe(0);
  });

  it("frees its memory when a step fails", async () => {
    const { decoder, group } = await tinyDecoder();
    const cohort = startCohort(decoder, [encoded(1)], [group()]);
    const broken = { ...decoder, step: () => Promise.reject(new Error("broken")) };
    await expect(stepCohort(broken, cohort)).rejects.toThrow("broken");
    expect(cohort.state.encoderOutput.hidden.data.buffer.byteLength).toBe(0);
  });
});

describe("keepGroups", () => {
  it("returns the cohort itself if all groups are kept", async () => {
    const { decoder, group } = await tinyDecoder();
    const cohort = startCohort(decoder, [encoded(1)], [group()]);
    expect(keepGroups(decoder, cohort, () => true)).toBe(cohort);
  });

  it.each([0, 1, 2])("removes group %s of three with all its beams, and the others continue", async (removed) => {
    const { decoder, group } = await tinyDecoder();
    const groups = [group(3), group(), group(2)];
    const started = startCohort(decoder, [encoded(1), encoded(2), encoded(3)], groups);
    const before = await steps(decoder, started, 3);
    const kept = keepGroups(decoder, before, (each) => each !== groups[removed]);
    const stays = before.running.filter(({ group: each }) => each !== groups[removed]);
    expect(kept.state.prompts).toHaveLength(stays.reduce((sum, { size }) => sum + size, 0));
    expect(before.state.encoderOutput.hidden.data.buffer.byteLength).toBe(0);
    expect(kept.steps).toBe(3);
    await steps(decoder, kept, 30 - TINY_VISUAL_TOKENS - kept.steps).catch(() => {});
    const whole = groups.map((each, at) => (at === removed ? [] : [answer(at + 1)]));
    expect(groups.map(({ generated }) => generated.slice(0, 1))).toEqual(whole);
  });

  it("frees everything if no group is kept", async () => {
    const { decoder, group } = await tinyDecoder();
    const cohort = startCohort(decoder, [encoded(1), encoded(2)], [group(), group()]);
    const kept = keepGroups(decoder, cohort, () => false);
    expect(kept.running).toEqual([]);
    expect(cohort.state.encoderOutput.hidden.data.buffer.byteLength).toBe(0);
  });
});

describe("mergeCohorts", () => {
  it("continues all groups, for any prompt lengths, as if they had started together", async () => {
    const { decoder, group } = await tinyDecoder();
    const groups = [group(2), group(), group(3)];
    const first = await steps(decoder, startCohort(decoder, [encoded(4), encoded(1)], groups.slice(0, 2)), 4);
    const second = await steps(decoder, startCohort(decoder, [encoded(2)], groups.slice(2)), 4);
    const merged = mergeCohorts(decoder, [first, second]);
    expect(merged.steps).toBe(4);
    for (const { state } of [first, second]) expect(state.encoderOutput.hidden.data.buffer.byteLength).toBe(0);
    let cohort = merged;
    while (cohort.running.length > 0) cohort = await stepCohort(decoder, cohort);
    expect(groups.map(({ generated }) => generated)).toEqual([[answer(4)], [answer(1)], [answer(2)]]);
  });
});
