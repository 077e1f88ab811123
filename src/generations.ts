import type { Entry } from "./cache/entry.ts";
import { generationKey } from "./cache/generation-key.ts";
import type { SingleFlight } from "./cache/single-flight.ts";
import type { Tiers } from "./cache/tiers.ts";
import { problems } from "./contract/problem-table.ts";
import { Problem } from "./contract/problems.ts";
import type { CacheDirectives, CacheReport, CallContext } from "./contract/service.ts";
import type { Image } from "./image/intake.ts";
import type { Backend, Decoding, Generation, ModelDescription } from "./inference/backend.ts";

/** What generations are had with. */
export interface GenerationsOptions {
  readonly backend: Backend;
  readonly tiers: Tiers<Generation>;
  readonly flight: SingleFlight<readonly Generation[]>;
  /** Keeps this deployment's entries, and later each account's, apart. */
  readonly salt: string;
  readonly now: () => number;
}

/** Several prompts on one image. */
export interface Question {
  readonly image: Image;
  readonly prompts: readonly string[];
  readonly decoding: Decoding;
}

/** What was written for each prompt, by which model, and where it came from. */
export interface Found {
  readonly generations: readonly Generation[];
  readonly model: ModelDescription;
  readonly cache: CacheReport;
}

/** A prompt with what the cache holds of it. */
interface Wanted {
  readonly key: string;
  readonly prompt: string;
  readonly entry: Entry<Generation> | undefined;
}

type Generations = readonly Generation[];

/** Finds what was written for prompts, and has the rest written. */
export type FindGenerations = (question: Question, call: CallContext) => Promise<Found>;

function ageOf({ createdMs }: Entry<unknown>, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - createdMs) / 1000));
}

function isWithin(entry: Entry<unknown> | undefined, seconds: number, nowMs: number): entry is Entry<Generation> {
  return entry !== undefined && ageOf(entry, nowMs) <= seconds;
}

/** How old an entry may be when the backend fails; without a limit of the caller's, any age is better than no answer. */
function staleLimit({ maxAge, staleIfError, noCache }: CacheDirectives): number {
  if (noCache) return staleIfError ?? -1;
  return staleIfError === undefined ? Infinity : (maxAge ?? 0) + staleIfError;
}

/** Whether the same request may succeed later: the failures that an old answer stands in for. */
function isTransient(thrown: unknown): boolean {
  return thrown instanceof Problem && problems[thrown.code].status >= 500 && problems[thrown.code].retryable;
}

/** The finished generations in the order of the prompts. */
async function generate(backend: Backend, question: Question, { signal, trace }: CallContext): Promise<Generations> {
  const finished = new Map<number, Generation>();
  for await (const event of backend.generate({ ...question, trace }, signal)) {
    if (event.type === "done") finished.set(event.prompt, event.generation);
  }
  return question.prompts.map((_, prompt) => {
    const generation = finished.get(prompt);
    if (generation === undefined) throw new Error(`The backend ended without a generation for prompt ${prompt}.`);
    return generation;
  });
}

/** The model as the backend names it; as it was last known while the backend cannot be asked, for what is in the cache. */
function createModelMemory(backend: Backend): () => Promise<ModelDescription> {
  let last: ModelDescription | undefined;
  return async () => {
    try {
      last = await backend.model();
    } catch (thrown) {
      if (last === undefined || !isTransient(thrown)) throw thrown;
    }
    return last;
  };
}

const asked: Omit<CacheReport, "fwd" | "stored" | "collapsed"> = { hit: false, stale: false, age: 0 };

/** What is known of all: the reports of a hit, fresh or stale. */
function hitWith(entries: readonly Entry<Generation>[], nowMs: number, stale: boolean) {
  const age = Math.max(0, ...entries.map((entry) => ageOf(entry, nowMs)));
  const cache: CacheReport = { hit: true, fwd: undefined, stored: false, collapsed: false, stale, age };
  return { generations: entries.map(({ value }) => value), cache };
}

async function lookUp(
  { tiers, salt }: GenerationsOptions,
  { image, prompts, decoding }: Question,
  model: ModelDescription,
  { noStore }: CacheDirectives,
): Promise<readonly Wanted[]> {
  return Promise.all(
    prompts.map(async (prompt) => {
      const key = await generationKey({ salt, digest: image.digest, prompt, model, decoding: { ...decoding } });
      return { key, prompt, entry: noStore ? undefined : await tiers.get(key) };
    }),
  );
}

/** What is missing, and since when it is known to be. */
interface Missing {
  readonly missing: readonly Wanted[];
  readonly askedMs: number;
  readonly call: CallContext;
}

/** Another's flight may have landed while this request was still looking into the farther levels. */
function landedSince(tiers: Tiers<Generation>, { missing, askedMs, call }: Missing): Generations | undefined {
  if (call.cache.noCache || call.cache.noStore) return undefined;
  const held = missing.flatMap(({ key }) => tiers.held(key) ?? []);
  const isWhole = held.length === missing.length && held.every(({ createdMs }) => createdMs >= askedMs);
  return isWhole ? held.map(({ value }) => value) : undefined;
}

/** Has the missing prompts written, once for all who ask at the same time. */
async function writeMissing(
  { backend, tiers, flight, now }: GenerationsOptions,
  question: Question,
  { missing, askedMs, call }: Missing,
) {
  const check = (): void => {
    if (call.signal.aborted) throw new Problem("request-cancelled", "The caller went away.");
  };
  let isLanded = false;
  const work = async (): Promise<Generations> => {
    const landed = landedSince(tiers, { missing, askedMs, call });
    isLanded = landed !== undefined;
    if (landed !== undefined) return landed;
    const written = await generate(backend, { ...question, prompts: missing.map(({ prompt }) => prompt) }, call);
    for (const [at, { key }] of missing.entries()) {
      const value = written[at];
      if (value !== undefined && !call.cache.noStore) tiers.put(key, { value, createdMs: now() });
    }
    return written;
  };
  // Who wants nothing kept shares nothing.
  if (call.cache.noStore) return { value: await work(), isCollapsed: false };
  const { value, isCollapsed } = await flight.run(missing.map(({ key }) => key).join(), check, work);
  return { value, isCollapsed: isCollapsed || isLanded };
}

/** What is there is taken; what is not, or is too old, is written by the backend; what it fails to write may be taken old. */
export function createFindGenerations(options: GenerationsOptions): FindGenerations {
  const modelOf = createModelMemory(options.backend);
  return async (question, call) => {
    const { now } = options;
    const { noCache, noStore, maxAge = Infinity, onlyIfCached } = call.cache;
    const askedMs = now();
    const model = await modelOf();
    const wanted = await lookUp(options, question, model, call.cache);
    const isFresh = ({ entry }: Wanted) => !noCache && isWithin(entry, maxAge, now());
    const missing = wanted.filter((each) => !isFresh(each));
    const entries = wanted.flatMap(({ entry }) => entry ?? []);
    if (missing.length === 0) return { model, ...hitWith(entries, now(), false) };
    if (onlyIfCached) throw new Problem("not-cached", "Nothing fresh enough is in the cache.");
    try {
      const { value, isCollapsed } = await writeMissing(options, question, { missing, askedMs, call });
      const written = new Map(missing.map((each, at) => [each, value[at]]));
      const generations = wanted.flatMap((each) => written.get(each) ?? each.entry?.value ?? []);
      const isStale = missing.some(({ entry }) => entry !== undefined);
      const fwd = noCache || noStore ? "request" : isStale ? "stale" : "miss";
      return { model, generations, cache: { ...asked, fwd, stored: !noStore && !isCollapsed, collapsed: isCollapsed } };
    } catch (thrown) {
      const isAcceptable = wanted.every(({ entry }) => isWithin(entry, staleLimit(call.cache), now()));
      if (!isTransient(thrown) || !isAcceptable) throw thrown;
      return { model, ...hitWith(entries, now(), true) };
    }
  };
}
