import type { Entry } from "../cache/entry.ts";
import { ageOf } from "../cache/freshness.ts";
import type { Reserved } from "../contract/payer.ts";
import type { CacheReport, StageTimings } from "../contract/service.ts";
import type { Generation, GenerationEvent } from "../inference/backend.ts";
import {
  type BackendRequest,
  type CacheMisses,
  type GenerateMissesOptions,
  generateMisses,
  type PromptLookup,
} from "./generate-misses.ts";
import { findKept, keep } from "./kept-generations.ts";
import type { GenerationsResult } from "./request.ts";

/** The report of what was not in the cache, but for how it was got. */
export const notHit: Omit<CacheReport, "fwd" | "stored" | "collapsed"> = { hit: false, stale: false, age: 0 };

/** Returns the result if every prompt is cached, fresh or stale. */
export function hitWith(entries: readonly Entry<Generation>[], nowMs: number, stale: boolean) {
  const age = Math.max(0, ...entries.map((entry) => ageOf(entry, nowMs)));
  const cache: CacheReport = { hit: true, fwd: undefined, stored: false, collapsed: false, stale, age };
  return { generations: entries.map(({ value }) => value), cache };
}

/** Returns a function that emits a miss's events for all equal prompts; before the first event, it emits `done` for every cached prompt. */
function emitForAll(
  emit: (event: GenerationEvent) => void,
  lookups: readonly PromptLookup[],
  misses: readonly PromptLookup[],
) {
  const indices = misses.map(({ key }) => lookups.flatMap((lookup, prompt) => (lookup.key === key ? [prompt] : [])));
  let hasBegun = false;
  const begin = (): void => {
    hasBegun = true;
    for (const [prompt, { entry }] of lookups.entries()) {
      if (entry === undefined || indices.flat().includes(prompt)) continue;
      emit({ type: "done", prompt, generation: entry.value });
    }
  };
  return (event: GenerationEvent): void => {
    if (!hasBegun) begin();
    for (const prompt of indices[event.prompt] ?? []) emit({ ...event, prompt });
  };
}

/** A result without its timings, and the timings of the backend's part. */
export interface Untimed extends Omit<GenerationsResult, "timings"> {
  readonly spent?: StageTimings;
}

/** What is to be generated, and who pays for it. */
interface Wanted extends Pick<CacheMisses, "misses" | "lookedUpMs" | "call"> {
  readonly lookups: readonly PromptLookup[];
  readonly fwd: CacheReport["fwd"];
  readonly reserved: Reserved;
  readonly emit: ((event: GenerationEvent) => void) | undefined;
}

/** Takes what was kept for this repeat of a request, and generates the other misses. */
export async function replayOrGenerate(
  options: GenerateMissesOptions,
  request: BackendRequest,
  { lookups, misses, lookedUpMs, call, fwd, reserved, emit }: Wanted,
): Promise<Omit<Untimed, "model">> {
  const kept = await findKept(options.tiers, misses, reserved);
  const known = lookups.map((lookup) => ({ ...lookup, entry: kept.get(lookup.key) ?? lookup.entry }));
  const rest = misses.filter(({ key }) => !kept.has(key));
  if (rest.length === 0) {
    reserved.deliver(false);
    const entries = known.flatMap(({ entry }) => entry ?? []);
    return hitWith(entries, options.now(), false);
  }
  const onEvent = emit && emitForAll(emit, known, rest);
  const { value, isCollapsed, spent } = await generateMisses(options, request, {
    misses: rest,
    lookedUpMs,
    call,
    onEvent,
  });
  const generated = new Map(rest.map(({ key }, index) => [key, value[index]]));
  const isKept = await keep(options, generated, reserved);
  const generations = known.flatMap(({ key, entry }) => generated.get(key) ?? entry?.value ?? []);
  const stored = isKept || (!call.cache.noStore && !isCollapsed);
  reserved.deliver(isCollapsed);
  return { generations, cache: { ...notHit, fwd, stored, collapsed: isCollapsed }, spent };
}
