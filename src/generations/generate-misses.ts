import type { Entry } from "../cache/entry.ts";
import type { SharedFlight } from "../cache/distributed-single-flight.ts";
import type { SingleFlight } from "../cache/single-flight.ts";
import { sha256 } from "../bytes/sha256.ts";
import type { Tiers } from "../cache/tiers.ts";
import { Problem } from "../contract/problems.ts";
import type { CacheDirectives, CallContext, StageTimings } from "../contract/service.ts";
import type { Question } from "./find-generations.ts";
import type {
  Backend,
  BackendTimings,
  EncodedImage,
  Generation,
  GenerationEvent,
  ModelIdentity,
} from "../inference/backend.ts";

type Generations = readonly Generation[];

/** A question on an image that is here, and whose answer the keys stand for. */
type ImageQuestion = Question & { readonly image: EncodedImage; readonly model: ModelIdentity };

/** What generations are written, kept and shared with. */
export interface WriteOptions {
  readonly backend: Backend;
  readonly tiers: Tiers<Generation>;
  /** In this isolate. */
  readonly flight: SingleFlight<Generations>;
  /** With all others. */
  readonly shared: SharedFlight<readonly Entry<Generation>[]>;
  readonly now: () => number;
}

/** A prompt with what the cache holds of it. */
export interface Wanted {
  readonly key: string;
  readonly prompt: string;
  readonly entry: Entry<Generation> | undefined;
}

/** What is missing, and since when it is known to be. */
export interface Missing {
  readonly missing: readonly Wanted[];
  readonly askedMs: number;
  readonly call: CallContext;
  /** Hears what is written here while it is written; `prompt` counts the missing ones. */
  readonly hear?: ((event: GenerationEvent) => void) | undefined;
}

/** The finished generations in the order of the prompts. */
async function generate(
  backend: Backend,
  question: ImageQuestion,
  { call: { signal, trace }, hear }: Missing,
): Promise<{ readonly generations: Generations; readonly timings: BackendTimings }> {
  const finished = new Map<number, Generation>();
  let timings: BackendTimings = {};
  for await (const event of backend.generate({ ...question, trace, stream: hear !== undefined }, signal)) {
    hear?.(event);
    if (event.type !== "done") continue;
    finished.set(event.prompt, event.generation);
    timings = event.timings ?? timings;
  }
  const generations = question.prompts.map((_, prompt) => {
    const generation = finished.get(prompt);
    if (generation === undefined) throw new Error(`The backend ended without a generation for prompt ${prompt}.`);
    return generation;
  });
  return { generations, timings };
}

/** Another's flight may have landed while this request was still looking into the farther levels. */
function landedSince(tiers: Tiers<Generation>, { missing, askedMs, call }: Missing): Generations | undefined {
  if (call.cache.noCache || call.cache.noStore) return undefined;
  const held = missing.flatMap(({ key }) => tiers.held(key) ?? []);
  const isWhole = held.length === missing.length && held.every(({ createdMs }) => createdMs >= askedMs);
  return isWhole ? held.map(({ value }) => value) : undefined;
}

/** How old another isolate's work may be for this caller, in milliseconds. */
function maxAgeMs({ noCache, maxAge = Infinity }: CacheDirectives): number {
  return noCache ? 0 : maxAge * 1000;
}

type Entries = readonly Entry<Generation>[];

/** Asks the backend, and keeps what it writes unless the caller wants nothing kept. */
async function write({ backend, tiers, now }: WriteOptions, question: ImageQuestion, wanted: Missing) {
  const { missing, call } = wanted;
  const begun = now();
  const prompts = missing.map(({ prompt }) => prompt);
  const { generations, timings } = await generate(backend, { ...question, prompts }, wanted);
  const createdMs = now();
  const entries: Entries = generations.map((value) => ({ value, createdMs }));
  for (const [at, { key }] of missing.entries()) {
    const entry = entries[at];
    if (entry !== undefined && !call.cache.noStore) tiers.put(key, entry);
  }
  return { entries, spent: { generate: createdMs - begun, ...timings } };
}

/** Written by this isolate's `work`, or by another, whose request keeps it for all; here it is only held. */
async function writeOnce(
  { shared, tiers }: WriteOptions,
  { missing, call }: Missing,
  check: () => void,
  work: () => Promise<Entries>,
) {
  const key = await sha256(missing.map((each) => each.key).join());
  const { value: entries, isCollapsed } = await shared.run(key, { check, maxAgeMs: maxAgeMs(call.cache) }, work);
  for (const [at, each] of missing.entries()) {
    const entry = entries[at];
    if (isCollapsed && entry !== undefined) tiers.hold(each.key, entry);
  }
  return { value: valuesOf(entries), isCollapsed };
}

function valuesOf(entries: Entries): Generations {
  return entries.map(({ value }) => value);
}

/**
 * Has the missing prompts written, once for all who ask at the same time; `spent` is what the backend took, if this caller asked it. Throws
 * `ModelChanged`, having kept nothing, where another model than the question's answers.
 */
export async function writeMissing(options: WriteOptions, question: ImageQuestion, wanted: Missing) {
  const { missing, call } = wanted;
  let spent: StageTimings = {};
  const work = async (): Promise<Entries> => {
    const written = await write(options, question, wanted);
    ({ spent } = written);
    return written.entries;
  };
  // Who wants nothing kept shares nothing.
  if (call.cache.noStore) return { value: valuesOf(await work()), isCollapsed: false, spent };
  const check = (): void => {
    if (call.signal.aborted) throw new Problem("request-cancelled", "The caller went away.");
  };
  let isLanded = false;
  // Whoever leads here takes what another isolate wrote a while ago only if it is young enough for itself: so it must be for all who follow.
  const key = [...missing.map((each) => each.key), maxAgeMs(call.cache)].join();
  const { value, isCollapsed } = await options.flight.run(key, check, async () => {
    const landed = landedSince(options.tiers, wanted);
    const result =
      landed === undefined ? await writeOnce(options, wanted, check, work) : { value: landed, isCollapsed: true };
    isLanded = result.isCollapsed;
    return result.value;
  });
  return { value, isCollapsed: isCollapsed || isLanded, spent };
}
