import { setTimeout as sleep } from "node:timers/promises";
import { MAX_RECOVERY_MS, type Normal, recoveryMs, WINDOW_MS } from "./figures.ts";
import { startHog } from "./hog.ts";
import type { HonestCallers } from "./honest-callers.ts";
import { type Measured, startMeters } from "./meters.ts";
import type { HonestResult, Observation, PlaceName } from "./observation.ts";
import type { Place } from "./place.ts";

/** Pixels of the largest image that is decoded at each place: in the isolate, behind `npm run dev:*`, in the backend. */
const MAX_PIXELS: Readonly<Record<PlaceName, number>> = {
  embedded: 2_000_000,
  split: 25_000_000,
  remote: 25_000_000,
  backend: 60_000_000,
};

/** How long and with which hog. */
export interface ScenarioOptions {
  readonly hog: string;
  readonly seconds: number;
  readonly seed: number;
}

/** What was measured without a hog. */
export interface Alone extends Measured {
  readonly results: readonly HonestResult[];
}

/** Lets the honest callers alone for some seconds. */
export async function runAlone(place: Place, callers: HonestCallers, seconds: number): Promise<Alone> {
  const meters = startMeters(place);
  const running = callers.start();
  await sleep(1000 * seconds);
  await running.stop();
  return { results: running.results, ...(await meters.stop()) };
}

/** Waits until the honest callers are as quick as before, or the time for that is over. */
async function recovered(results: readonly HonestResult[], leftAt: number, alone: Normal): Promise<number | undefined> {
  for (;;) {
    await sleep(100);
    const now = performance.now();
    const recovery = recoveryMs(results, { leftAt, now, alone });
    if (recovery !== undefined || now > leftAt + MAX_RECOVERY_MS + WINDOW_MS) return recovery;
  }
}

/** Runs a hog beside the honest callers of a place. `alone` is what these take without it. */
export async function runScenario(
  place: Place,
  callers: HonestCallers,
  { hog: kind, seconds, seed }: ScenarioOptions,
  alone: Normal,
): Promise<Observation> {
  const order = { place: place.name, kind, url: place.url.href, seed, maxPixels: MAX_PIXELS[place.name] };
  const hog = await startHog(order);
  const meters = startMeters(place);
  const begunAt = performance.now();
  hog.begin();
  const running = callers.start();
  await sleep(1000 * seconds);
  const leftAt = performance.now();
  const tally = await hog.leave();
  const measured = await meters.stop();
  const recovery = await recovered(running.results, leftAt, alone);
  await running.stop();
  const honest = running.results.filter(({ startedAt }) => startedAt >= begunAt && startedAt < leftAt);
  return { place: place.name, hog: kind, honest, tally, recoveryMs: recovery, ...measured, ended: place.ended() };
}
