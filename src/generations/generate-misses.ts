import { sha256 } from "../bytes/sha256.ts";
import type { DistributedSingleFlight } from "../cache/distributed-single-flight.ts";
import type { Entry } from "../cache/entry.ts";
import type { SingleFlight } from "../cache/single-flight.ts";
import type { TieredCache } from "../cache/tiered-cache.ts";
import { Problem } from "../contract/problems.ts";
import type { CacheDirectives, CallContext, StageTimings } from "../contract/service.ts";
import type {
  Backend,
  BackendTimings,
  EncodedImage,
  Generation,
  GenerationEvent,
  ModelIdentity,
  Trace,
} from "../inference/backend.ts";
import type { GenerationsRequest } from "./request.ts";

type Generations = readonly Generation[];
type Entries = readonly Entry<Generation>[];

/** A request with the image's bytes, for the model in the cache keys. */
export type BackendRequest = GenerationsRequest & {
  readonly image: EncodedImage;
  readonly model: ModelIdentity;
  readonly trace?: Trace;
};

/** Options of `generateMisses`. */
export interface GenerateMissesOptions {
  readonly backend: Backend;
  readonly tiers: TieredCache<Generation>;
  /** Coalesces requests within this isolate. */
  readonly flight: SingleFlight<Generations>;
  /** Coalesces requests across isolates. */
  readonly distributed: DistributedSingleFlight<Entries>;
  readonly now: () => number;
  /** Separates this deployment's cache entries and caller ids from all others. */
  readonly salt: string;
}

/** Digits of a caller's id: 64 bits. */
const CALLER_ID_DIGITS = 16;

/** The id of a caller for the backend, which needs no addresses; empty for an unknown caller. */
async function callerId(salt: string, caller: string): Promise<string> {
  return caller === "" ? "" : (await sha256(`caller ${salt} ${caller}`)).slice(0, CALLER_ID_DIGITS);
}

/** A prompt with its cache key, and its entry if it is cached. */
export interface PromptLookup {
  readonly key: string;
  readonly prompt: string;
  readonly entry: Entry<Generation> | undefined;
}

/** The prompts to generate. */
export interface CacheMisses {
  readonly misses: readonly PromptLookup[];
  /** When the cache was looked up. */
  readonly lookedUpMs: number;
  readonly call: CallContext;
  /** Called with events as they come, if this request calls the backend; `prompt` is an index of `misses`. */
  readonly onEvent?: ((event: GenerationEvent) => void) | undefined;
}

/** Calls the backend, and returns the generations in the order of the prompts. */
async function generate(
  backend: Backend,
  request: BackendRequest,
  { call: { signal }, onEvent }: CacheMisses,
): Promise<{ readonly generations: Generations; readonly timings: BackendTimings }> {
  const finished = new Map<number, Generation>();
  let timings: BackendTimings = {};
  for await (const event of backend.generate({ ...request, stream: onEvent !== undefined }, signal)) {
    onEvent?.(event);
    if (event.type !== "done") continue;
    finished.set(event.prompt, event.generation);
    timings = event.timings ?? timings;
  }
  const generations = request.prompts.map((_, prompt) => {
    const generation = finished.get(prompt);
    if (generation === undefined) throw new Error(`The backend ended without a generation for prompt ${prompt}.`);
    return generation;
  });
  return { generations, timings };
}

/** Returns generations that another flight has stored in the isolate's cache since the lookup; undefined unless all misses have one. */
function storedSince(
  tiers: TieredCache<Generation>,
  { misses, lookedUpMs, call }: CacheMisses,
): Generations | undefined {
  if (call.cache.noCache || call.cache.noStore) return undefined;
  const entries = misses.flatMap(({ key }) => tiers.peek(key) ?? []);
  const isComplete = entries.length === misses.length && entries.every(({ createdMs }) => createdMs >= lookedUpMs);
  return isComplete ? valuesOf(entries) : undefined;
}

/** Returns the oldest acceptable age of another isolate's result, in milliseconds. */
function maxAgeMs({ noCache, maxAge = Infinity }: CacheDirectives): number {
  return noCache ? 0 : maxAge * 1000;
}

/** Calls the backend, and stores the result unless the caller sent `no-store`. */
async function generateAndStore(
  { backend, tiers, now, salt }: GenerateMissesOptions,
  request: BackendRequest,
  cacheMisses: CacheMisses,
) {
  const { misses, call } = cacheMisses;
  const begunMs = now();
  const prompts = misses.map(({ prompt }) => prompt);
  const trace = { ...call.trace, caller: await callerId(salt, call.caller) };
  const { generations, timings } = await generate(backend, { ...request, prompts, trace }, cacheMisses);
  const createdMs = now();
  const entries: Entries = generations.map((value) => ({ value, createdMs }));
  for (const [index, { key }] of misses.entries()) {
    const entry = entries[index];
    if (entry !== undefined && !call.cache.noStore) tiers.put(key, entry);
  }
  return { entries, spent: { generate: createdMs - begunMs, ...timings } };
}

/** Runs `work` here or takes another isolate's result. That isolate stores its result in all levels; here it is only stored in memory. */
async function runDistributed(
  { distributed, tiers }: GenerateMissesOptions,
  { misses, call }: CacheMisses,
  check: () => void,
  work: () => Promise<Entries>,
) {
  const key = await sha256(misses.map((miss) => miss.key).join());
  const caller = { check, maxAgeMs: maxAgeMs(call.cache) };
  const { value: entries, isCollapsed } = await distributed.run(key, caller, work);
  for (const [index, miss] of misses.entries()) {
    const entry = entries[index];
    if (isCollapsed && entry !== undefined) tiers.putInMemory(miss.key, entry);
  }
  return { value: valuesOf(entries), isCollapsed };
}

function valuesOf(entries: Entries): Generations {
  return entries.map(({ value }) => value);
}

/**
 * Generates the misses, once for all concurrent requests; `spent` is the backend's time, if this request called it. Throws `ModelChanged` and stores
 * nothing if another model than the requested one answers.
 */
export async function generateMisses(
  options: GenerateMissesOptions,
  request: BackendRequest,
  cacheMisses: CacheMisses,
) {
  const { misses, call } = cacheMisses;
  let spent: StageTimings = {};
  const work = async (): Promise<Entries> => {
    const generated = await generateAndStore(options, request, cacheMisses);
    ({ spent } = generated);
    return generated.entries;
  };
  // A result that must not be stored is not shared either.
  if (call.cache.noStore) return { value: valuesOf(await work()), isCollapsed: false, spent };
  const check = (): void => {
    if (call.signal.aborted) throw new Problem("request-cancelled", "The caller disconnected.");
  };
  let isStored = false;
  // A leader accepts another isolate's result by its own age limit, so only callers with the same limit may share its flight.
  const key = [...misses.map((miss) => miss.key), maxAgeMs(call.cache)].join();
  const { value, isCollapsed } = await options.flight.run(key, check, async () => {
    const stored = storedSince(options.tiers, cacheMisses);
    const result =
      stored === undefined
        ? await runDistributed(options, cacheMisses, check, work)
        : { value: stored, isCollapsed: true };
    isStored = result.isCollapsed;
    return result.value;
  });
  return { value, isCollapsed: isCollapsed || isStored, spent };
}
