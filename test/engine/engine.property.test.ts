import * as fc from "fast-check";
import { expect, it } from "vitest";
import { Problem } from "../../src/contract/problems.ts";
import type { GenerationEvent } from "../../src/inference/backend.ts";
import { UnknownDigestError } from "../../src/engine/feature-cache.ts";
import type { DecoderState } from "../../src/runtime/decoder-state.ts";
import type { Florence2 } from "../../src/runtime/florence2.ts";
import type { Float32Tensor } from "../../src/runtime/tensors.ts";
import type { Tensor } from "../../src/runtime/session.ts";
import { nextTask } from "../support/tiny-backend.ts";
import { eventsOf, job, type TinyEngine, tinyEngine } from "../support/tiny-engine.ts";

interface TestJob {
  readonly digest: string;
  readonly prompts: readonly string[];
  readonly beams: number;
  /** Event-loop tasks before the job is submitted. */
  readonly delay: number;
  /** Number of tokens after which the caller aborts; never if larger than the number of generated tokens. */
  readonly abortsAfter: number;
}

const testJob: fc.Arbitrary<TestJob> = fc.record({
  digest: fc.constantFrom("1", "2", "3"),
  prompts: fc.array(
    fc.integer({ min: 1, max: 12 }).map((length) => "a".repeat(length)),
    { minLength: 1, maxLength: 3 },
  ),
  beams: fc.integer({ min: 1, max: 3 }),
  delay: fc.integer({ min: 0, max: 30 }),
  abortsAfter: fc.oneof(fc.constant(Infinity), fc.integer({ min: 0, max: 20 })),
});

const limits = fc.record({
  maxBatch: fc.integer({ min: 1, max: 4 }),
  maxRows: fc.integer({ min: 1, max: 8 }),
  featureBytes: fc.constantFrom(0, 8, 1000),
  windowMs: fc.constantFrom(0, 1),
});

/** Generations by prompt, as JSON. */
type Generations = ReadonlyMap<number, string>;

/** Runs a job; resolves with its generations, or with the code of its error. */
async function outcomeOf(engine: TinyEngine, each: TestJob): Promise<Generations | string> {
  const caller = new AbortController();
  const generations = new Map<number, string>();
  let tokens = 0;
  const onEvent = (event: GenerationEvent): void => {
    if (event.type === "done") generations.set(event.prompt, JSON.stringify(event.generation));
    else if ((tokens += 1) === each.abortsAfter) caller.abort();
  };
  if (each.abortsAfter === 0) caller.abort();
  const given = { ...job(each.digest, { prompts: each.prompts }), decoding: { beams: each.beams } };
  try {
    await engine.generate(given, onEvent, caller.signal);
    return generations;
  } catch (thrown) {
    // Only a job whose caller aborted may fail with `request-cancelled`.
    return caller.signal.aborted && thrown instanceof Problem ? thrown.code : String(thrown);
  }
}

async function alone({ digest, prompts, beams }: TestJob): Promise<Generations> {
  const { engine } = await tinyEngine();
  const events = await eventsOf(engine, { ...job(digest, { prompts }), decoding: { beams } });
  return new Map(
    events.flatMap((event) => (event.type === "done" ? [[event.prompt, JSON.stringify(event.generation)]] : [])),
  );
}

function tensorsOf({ cache, encoderOutput }: DecoderState): readonly Tensor[] {
  return [...Object.values(cache), encoderOutput.hidden];
}

/** Returns the state; fails if any of its memory was released. */
function intact(state: DecoderState): DecoderState {
  for (const { data, dims } of tensorsOf(state)) {
    expect(data).toHaveLength(dims.reduce((size, each) => size * each, 1));
    expect(data.buffer).toHaveProperty("detached", false);
  }
  return state;
}

/** Tracks the decoder's states and fails if one is used after its release. `unreleased` returns the tensors that still hold memory. */
function trackStates({ florence }: Awaited<ReturnType<typeof tinyEngine>>["model"]) {
  const tensors = new Set<Tensor>();
  const track = (state: DecoderState): DecoderState => {
    for (const tensor of tensorsOf(state)) tensors.add(tensor);
    return state;
  };
  const original: Florence2 = { ...florence };
  Object.assign(florence, {
    begin: (encoded: readonly Float32Tensor[]) => track(original.begin(encoded)),
    select: (state: DecoderState, rows: readonly number[]) => track(original.select(intact(state), rows)),
    concat: (states: readonly DecoderState[]) => track(original.concat(states.map(intact))),
    step: async (state: DecoderState, ids: readonly number[]) => {
      const next = await original.step(intact(state), ids);
      track(next.state);
      return next;
    },
  });
  return { unreleased: () => [...tensors].filter(({ data }) => data.buffer.byteLength > 0) };
}

it("gives each concurrent job the generations that it gets alone, unless its caller aborts, and releases all memory", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(testJob, { minLength: 1, maxLength: 8 }), limits, async (jobs, given) => {
      const { engine, model } = await tinyEngine(given);
      const { unreleased } = trackStates(model);
      const work = jobs.map(async (each) => {
        for (let task = 0; task < each.delay; task += 1) await nextTask();
        return outcomeOf(engine, each);
      });
      const outcomes = await Promise.all(work);
      const expected = await Promise.all(jobs.map((each) => alone(each)));
      expect(outcomes).toEqual(
        expected.map((generations, at) => (outcomes[at] === "request-cancelled" ? outcomes[at] : generations)),
      );
      await nextTask();
      const { cachedBytes, ...load } = engine.load();
      expect(load).toMatchObject({ waiting: 0, running: 0 });
      expect(cachedBytes).toBeLessThanOrEqual(given.featureBytes);
      expect(unreleased()).toEqual([]);
      if (given.featureBytes > 0) return;
      const digestOnly = eventsOf(engine, job("1", { pixels: undefined }));
      await expect(digestOnly).rejects.toBeInstanceOf(UnknownDigestError);
    }),
    { numRuns: 60 },
  );
});
