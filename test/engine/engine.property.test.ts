import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import type { GenerationEvent } from "../../src/inference/backend.ts";
import { UnknownDigestError } from "../../src/engine/feature-store.ts";
import type { DecoderState } from "../../src/runtime/decoder-state.ts";
import type { Florence2 } from "../../src/runtime/florence2.ts";
import type { Float32Tensor } from "../../src/runtime/tensors.ts";
import type { Tensor } from "../../src/runtime/session.ts";
import { nextTask } from "../support/tiny-backend.ts";
import { eventsOf, job, type TinyEngine, tinyEngine } from "../support/tiny-engine.ts";

interface Asked {
  readonly digest: string;
  readonly prompts: readonly string[];
  readonly beams: number;
  /** Tasks that pass before it comes. */
  readonly delay: number;
  /** Tokens after which its caller leaves; more than it writes for one who stays. */
  readonly leavesAfter: number;
}

const asked: fc.Arbitrary<Asked> = fc.record({
  digest: fc.constantFrom("1", "2", "3"),
  prompts: fc.array(
    fc.integer({ min: 1, max: 12 }).map((length) => "a".repeat(length)),
    { minLength: 1, maxLength: 3 },
  ),
  beams: fc.integer({ min: 1, max: 3 }),
  delay: fc.integer({ min: 0, max: 30 }),
  leavesAfter: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 20 })),
});

const limits = fc.record({
  maxBatch: fc.integer({ min: 1, max: 4 }),
  maxRows: fc.integer({ min: 1, max: 8 }),
  featureBytes: fc.constantFrom(0, 8, 1000),
  windowMs: fc.constantFrom(0, 1),
});

/** Answers by prompt: ids and log-probabilities. */
type Answers = ReadonlyMap<number, string>;

/** What comes of a job: its answers, or the code of what it failed with. */
async function outcomeOf(engine: TinyEngine, each: Asked): Promise<Answers | string> {
  const caller = new AbortController();
  const answers = new Map<number, string>();
  let tokens = 0;
  const hear = (event: GenerationEvent): void => {
    if (event.type === "done") answers.set(event.prompt, JSON.stringify(event.generation));
    else if ((tokens += 1) === each.leavesAfter) caller.abort();
  };
  if (each.leavesAfter === 0) caller.abort();
  const given = { ...job(each.digest, { prompts: each.prompts }), decoding: { beams: each.beams } };
  try {
    await engine.generate(given, hear, caller.signal);
    return answers;
  } catch (thrown) {
    // Nobody but those who left may be told that they have.
    return caller.signal.aborted && thrown instanceof Problem ? thrown.code : String(thrown);
  }
}

async function alone({ digest, prompts, beams }: Asked): Promise<Answers> {
  const { engine } = await tinyEngine();
  const events = await eventsOf(engine, { ...job(digest, { prompts }), decoding: { beams } });
  return new Map(
    events.flatMap((event) => (event.type === "done" ? [[event.prompt, JSON.stringify(event.generation)]] : [])),
  );
}

function tensorsOf({ cache, encoderOutput }: DecoderState): readonly Tensor[] {
  return [...Object.values(cache), encoderOutput.hidden];
}

/** The state itself; fails where something of it was given back. */
function whole(state: DecoderState): DecoderState {
  for (const { data, dims } of tensorsOf(state)) {
    expect(data).toHaveLength(dims.reduce((size, each) => size * each, 1));
    expect(data.buffer).toHaveProperty("detached", false);
  }
  return state;
}

/** Watches the decoder's states: none is used after it was given back. `left` are those that hold memory still. */
function watched({ florence }: Awaited<ReturnType<typeof tinyEngine>>["model"]) {
  const made = new Set<Tensor>();
  const seen = (state: DecoderState): DecoderState => {
    for (const tensor of tensorsOf(state)) made.add(tensor);
    return state;
  };
  const original: Florence2 = { ...florence };
  Object.assign(florence, {
    begin: (encoded: readonly Float32Tensor[]) => seen(original.begin(encoded)),
    select: (state: DecoderState, rows: readonly number[]) => seen(original.select(whole(state), rows)),
    concat: (states: readonly DecoderState[]) => seen(original.concat(states.map(whole))),
    step: async (state: DecoderState, ids: readonly number[]) => {
      const next = await original.step(whole(state), ids);
      seen(next.state);
      return next;
    },
  });
  return { left: () => [...made].filter(({ data }) => data.buffer.byteLength > 0) };
}

it("whoever comes and leaves when, each gets the answer that it gets alone, and nothing is left behind", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 8 }), limits, async (jobs, given) => {
      const { engine, model } = await tinyEngine(given);
      const { left } = watched(model);
      const work = jobs.map(async (each) => {
        for (let task = 0; task < each.delay; task += 1) await nextTask();
        return outcomeOf(engine, each);
      });
      const outcomes = await Promise.all(work);
      const expected = await Promise.all(jobs.map((each) => alone(each)));
      expect(outcomes).toEqual(
        expected.map((answers, at) => (outcomes[at] === "request-cancelled" ? outcomes[at] : answers)),
      );
      await nextTask();
      const { cachedBytes, ...load } = engine.load();
      expect(load).toMatchObject({ waiting: 0, running: 0 });
      expect(cachedBytes).toBeLessThanOrEqual(given.featureBytes);
      expect(left()).toEqual([]);
      if (given.featureBytes > 0) return;
      const nameAlone = eventsOf(engine, job("1", { pixels: undefined }));
      await expect(nameAlone).rejects.toBeInstanceOf(UnknownDigestError);
    }),
    { numRuns: 60 },
  );
});
