import type { Entry } from "../cache/entry.ts";
import { generationKey } from "../cache/generation-key.ts";
import { Problem } from "../contract/problems.ts";
import type { CacheDirectives, CacheReport, CallContext, StageTimings } from "../contract/service.ts";
import { ageOf, isWithin, staleLimit } from "../cache/freshness.ts";
import {
  presentImage,
  type AbsentImage,
  type Decoding,
  type EncodedImage,
  type Generation,
  type GenerationEvent,
  ModelChanged,
  type ModelDescription,
} from "../inference/backend.ts";
import { createModelMemory, isTransient, type ModelMemory } from "./model-description-cache.ts";
import { type Wanted, writeMissing, type WriteOptions } from "./generate-misses.ts";

/** What generations are had with. */
export interface GenerationsOptions extends WriteOptions {
  /** Keeps this deployment's entries, and later each account's, apart. */
  readonly salt: string;
}

/** Several prompts on one image; of one that is not here, only what is in the cache can be found. */
export interface Question {
  readonly image: EncodedImage | AbsentImage;
  readonly prompts: readonly string[];
  readonly decoding: Decoding;
}

/** What was written for each prompt, by which model, and where it came from. */
export interface Found {
  readonly generations: readonly Generation[];
  readonly model: ModelDescription;
  readonly cache: CacheReport;
  /** `cache` is all but `generate`, the asking of the backend; of that, `queue`, `encode` and `decode` as far as it says. */
  readonly timings: StageTimings;
}

/**
 * Hears each prompt's events while they come, the `done` of what was there too. What another request's work gives, and what is there of
 * every prompt, is not told: it comes whole.
 */
export type Hear = (event: GenerationEvent, found: Pick<Found, "model" | "cache">) => void;

/** Finds what was written for prompts, and has the rest written. */
export type FindGenerations = (question: Question, call: CallContext, hear?: Hear) => Promise<Found>;

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

/** Each prompt once, however often it is asked. */
function distinct(wanted: readonly Wanted[]): readonly Wanted[] {
  return [...new Map(wanted.map((each) => [each.key, each])).values()];
}

/** Passes on what is written of the missing prompts under their places among all; before the first of it, what is there of the others. */
function hearingAll(tell: (event: GenerationEvent) => void, wanted: readonly Wanted[], missing: readonly Wanted[]) {
  const placesOf = ({ key }: Wanted) => wanted.flatMap((each, prompt) => (each.key === key ? [prompt] : []));
  const places = missing.map(placesOf);
  let isBegun = false;
  const begin = (): void => {
    isBegun = true;
    for (const [prompt, each] of wanted.entries()) {
      if (each.entry === undefined || places.flat().includes(prompt)) continue;
      tell({ type: "done", prompt, generation: each.entry.value });
    }
  };
  return (event: GenerationEvent): void => {
    if (!isBegun) begin();
    for (const prompt of places[event.prompt] ?? []) tell({ ...event, prompt });
  };
}

/** What was found, and what of the time the backend took. */
interface Spending extends Omit<Found, "timings"> {
  readonly spent?: StageTimings;
}

type Find = (question: Question, call: CallContext, hear: Hear | undefined) => Promise<Spending>;

function createFind(options: GenerationsOptions, { model: modelOf }: ModelMemory): Find {
  return async (question, call, hear) => {
    const { now } = options;
    const { noCache, noStore, maxAge = Infinity, onlyIfCached } = call.cache;
    const askedMs = now();
    const model = await modelOf();
    const wanted = await lookUp(options, question, model, call.cache);
    const isFresh = ({ entry }: Wanted) => !noCache && isWithin(entry, maxAge, now());
    const missing = distinct(wanted.filter((each) => !isFresh(each)));
    const entries = wanted.flatMap(({ entry }) => entry ?? []);
    if (missing.length === 0) return { model, ...hitWith(entries, now(), false) };
    if (onlyIfCached) throw new Problem("not-cached", "Nothing fresh enough is in the cache.");
    const image = presentImage(question.image);
    const isStale = missing.some(({ entry }) => entry !== undefined);
    const fwd = noCache || noStore ? "request" : isStale ? "stale" : "miss";
    const reported = { model, cache: { ...asked, fwd, stored: !noStore, collapsed: false } as const };
    try {
      const told = hear && ((event: GenerationEvent): void => hear(event, reported));
      const { value, isCollapsed, spent } = await writeMissing(
        options,
        { ...question, image, model },
        {
          missing,
          askedMs,
          call,
          hear: told && hearingAll(told, wanted, missing),
        },
      );
      const written = new Map(missing.map(({ key }, at) => [key, value[at]]));
      const generations = wanted.flatMap(({ key, entry }) => written.get(key) ?? entry?.value ?? []);
      const cache = { ...asked, fwd, stored: !noStore && !isCollapsed, collapsed: isCollapsed } as const;
      return { model, generations, cache, spent };
    } catch (thrown) {
      const isAcceptable = wanted.every(({ entry }) => isWithin(entry, staleLimit(call.cache), now()));
      if (!isTransient(thrown) || !isAcceptable) throw thrown;
      return { model, ...hitWith(entries, now(), true) };
    }
  };
}

/**
 * Finds once more, under its own name, what another model has answered than the one that was asked. Not what has been told in part:
 * two models' parts make no answer.
 */
function findAgain(find: Find, { forget }: ModelMemory): Find {
  return async (question, call, hear) => {
    let isTold = false;
    const tell: Hear | undefined =
      hear &&
      ((event, found) => {
        isTold = true;
        hear(event, found);
      });
    for (let isSecond = false; ; isSecond = true) {
      try {
        return await find(question, call, tell);
      } catch (thrown) {
        if (!(thrown instanceof ModelChanged)) throw thrown;
        forget();
        if (!isTold && !isSecond) continue;
        throw new Problem("backend-unavailable", "The backend changed its model while it answered.", { cause: thrown });
      }
    }
  };
}

/** What is there is taken; what is not, or is too old, is written by the backend; what it fails to write may be taken old. */
export function createFindGenerations(options: GenerationsOptions): FindGenerations {
  const memory = createModelMemory(options.backend, options.now);
  const find = findAgain(createFind(options, memory), memory);
  return async (question, call, hear) => {
    const begun = options.now();
    const { spent = {}, ...found } = await find(question, call, hear);
    const cache = options.now() - begun - (spent["generate"] ?? 0);
    return { ...found, timings: { cache, ...spent } };
  };
}
