import { sha256 } from "../bytes/sha256.ts";
import { isWithinAge, staleLimit } from "../cache/freshness.ts";
import { ownSalt } from "../cache/own-salt.ts";
import { Problem } from "../contract/problems.ts";
import type { CallContext } from "../contract/service.ts";
import {
  type EncodedImage,
  type GenerationEvent,
  ModelChanged,
  type ModelDescription,
  requireImage,
} from "../inference/backend.ts";
import type { GenerateMissesOptions, PromptLookup } from "./generate-misses.ts";
import { holdPrompts, payForCached } from "./hold-prompts.ts";
import { createKeysOf, type KeysOf, keysOfPrompts } from "./known-keys.ts";
import { createModelDescriptionCache, isTransient, type ModelDescriptionCache } from "./model-description-cache.ts";
import { hitWith, notHit, replayOrGenerate, type Untimed } from "./replay-or-generate.ts";
import type { FindGenerations, GenerationsRequest, OnGenerationEvent } from "./request.ts";

interface FindOptions extends GenerateMissesOptions {
  readonly keysOf: KeysOf;
}

async function lookUp(
  { tiers, salt, keysOf }: FindOptions,
  { image, prompts, decoding, isRemembered = false }: GenerationsRequest,
  model: ModelDescription,
  { cache: { noStore }, cacheOwner }: CallContext,
): Promise<readonly PromptLookup[]> {
  const shared = { salt: ownSalt(salt, cacheOwner), digest: image.digest, model, decoding };
  const keys = await (isRemembered ? keysOf : keysOfPrompts)(prompts, shared);
  return Promise.all(
    keys.map(async (key, index) => {
      return { key, prompt: prompts[index] ?? "", entry: noStore ? undefined : await tiers.get(key) };
    }),
  );
}

/** Returns one lookup for each key: a request may contain the same prompt several times. */
function distinct(lookups: readonly PromptLookup[]): readonly PromptLookup[] {
  return [...new Map(lookups.map((lookup) => [lookup.key, lookup])).values()];
}

/** Digits of an image's scope: 64 bits. */
const SCOPE_DIGITS = 16;

/** The image as an owner sends it to the backend, which keeps what it caches of it apart from others, and learns nothing about the owner. */
async function ownImage(salt: string, image: EncodedImage, owner: string | undefined): Promise<EncodedImage> {
  if (owner === undefined) return image;
  return { ...image, scope: (await sha256(`scope ${ownSalt(salt, owner)}`)).slice(0, SCOPE_DIGITS) };
}

type Find = (
  request: GenerationsRequest,
  call: CallContext,
  onEvent: OnGenerationEvent | undefined,
) => Promise<Untimed>;

function createFind(options: FindOptions, { model: modelOf }: ModelDescriptionCache): Find {
  return async (request, call, onEvent) => {
    const { now } = options;
    const { noCache, noStore, maxAge = Infinity, onlyIfCached } = call.cache;
    const lookedUpMs = now();
    const model = await modelOf();
    const lookups = await lookUp(options, request, model, call);
    const isFresh = ({ entry }: PromptLookup) => !noCache && isWithinAge(entry, maxAge, now());
    const misses = distinct(lookups.filter((lookup) => !isFresh(lookup)));
    const entries = lookups.flatMap(({ entry }) => entry ?? []);
    if (misses.length === 0) {
      await payForCached(request, lookups, call);
      return { model, ...hitWith(entries, now(), false) };
    }
    if (onlyIfCached) throw new Problem("not-cached", "Nothing fresh enough is in the cache.");
    const image = await ownImage(options.salt, requireImage(request.image), call.cacheOwner);
    const isStale = misses.some(({ entry }) => entry !== undefined);
    const fwd = noCache || noStore ? "request" : isStale ? "stale" : "miss";
    const context = { model, cache: { ...notHit, fwd, stored: !noStore, collapsed: false } as const };
    const reserved = await holdPrompts(request, lookups, misses, call);
    try {
      const emit = onEvent && ((event: GenerationEvent) => onEvent(event, context));
      const wanted = { lookups, misses, lookedUpMs, call, fwd, reserved, emit } as const;
      return { model, ...(await replayOrGenerate(options, { ...request, image, model }, wanted)) };
    } catch (thrown) {
      reserved.fail();
      const isAcceptable = lookups.every(({ entry }) => isWithinAge(entry, staleLimit(call.cache), now()));
      if (!isTransient(thrown) || !isAcceptable) throw thrown;
      await payForCached(request, lookups, call);
      return { model, ...hitWith(entries, now(), true) };
    }
  };
}

/**
 * Runs `find` once more if a model other than the requested one has answered, so that the generations are stored under
 * the right model. Does not retry after an event was emitted: events of two models must not be mixed.
 */
function retryOnModelChange(find: Find, { invalidate }: ModelDescriptionCache): Find {
  return async (request, call, onEvent) => {
    let hasEmitted = false;
    const emit: OnGenerationEvent | undefined =
      onEvent &&
      ((event, context) => {
        hasEmitted = true;
        onEvent(event, context);
      });
    for (let isRetry = false; ; isRetry = true) {
      try {
        return await find(request, call, emit);
      } catch (thrown) {
        if (!(thrown instanceof ModelChanged)) throw thrown;
        invalidate();
        if (!hasEmitted && !isRetry) continue;
        throw new Problem("backend-unavailable", "The backend changed its model while it answered.", { cause: thrown });
      }
    }
  };
}

/**
 * Takes fresh entries from the cache and generates misses and stale entries; serves stale entries if the backend fails. Where somebody pays, the price of all
 * prompts is reserved before the backend is called.
 */
export function createFindGenerations(options: GenerateMissesOptions): FindGenerations {
  const models = createModelDescriptionCache(options.backend, options.now);
  const find = retryOnModelChange(createFind({ ...options, keysOf: createKeysOf() }, models), models);
  return async (request, call, onEvent) => {
    const begunMs = options.now();
    const waitedMs = call.payer?.ledgerMs() ?? 0;
    const { spent = {}, ...result } = await find(request, call, onEvent);
    const ledger = (call.payer?.ledgerMs() ?? 0) - waitedMs;
    const cache = options.now() - begunMs - ledger - (spent["generate"] ?? 0);
    return { ...result, timings: { cache, ...spent } };
  };
}
