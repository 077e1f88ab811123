import { loadavg } from "node:os";
import type { Module } from "../serve.ts";
import { normalOf, quieterOf } from "./figures.ts";
import { hogsOf } from "./hogs/hogs.ts";
import { honestCallers } from "./honest-callers.ts";
import { type Finding, judge, judgeMixed, missed } from "./judge.ts";
import { runMixed } from "./mixed.ts";
import { type Observation, placeNames, type PlaceName } from "./observation.ts";
import { type Place, startPlace } from "./place.ts";
import { aloneLine, mixedLines, scenarioLine, scenarioNotes, tableHead } from "./report.ts";
import { runAlone, runScenario } from "./scenario.ts";

/** The extent of a campaign. */
export interface LoadOptions {
  readonly seed: number;
  /** How long each kind of hogs stays, and the honest callers are alone before and after all of them. */
  readonly seconds: number;
}

/** One kind of hogs at one place. */
export interface Scenario {
  readonly place: PlaceName;
  readonly hog: string;
}

/** The scenario without honest callers. */
const MIXED = "mixed";

/** All scenarios. The backend alone gets no mixed requests, since these are the API's. */
export const scenarios: readonly Scenario[] = placeNames.flatMap((place) =>
  [...Object.keys(hogsOf(place)), ...(place === "backend" ? [] : [MIXED])].map((hog) => ({ place, hog })),
);

const load = (): string => `load average ${loadavg()[0]?.toFixed(1) ?? "unknown"}`;

/** The findings of a place, and how many scenarios it has run. */
interface Progress {
  readonly findings: readonly Finding[];
  readonly done: number;
}

/** Whether the place is as it was before: what a hog leaves behind would be blamed on the next one. */
const isNormal = ({ ended, recoveryMs }: Observation): boolean => ended.length === 0 && recoveryMs !== undefined;

/** Runs hogs at a running place until it does not recover from one, and prints their lines: they are judged by the honest callers alone before and after. */
async function runHogs(place: Place, hogs: readonly string[], { seed, seconds }: LoadOptions): Promise<Progress> {
  const callers = await honestCallers(place);
  const before = await runAlone(place, callers, seconds);
  const observations: Observation[] = [];
  for (const hog of hogs) {
    const observation = await runScenario(place, callers, { hog, seconds, seed }, normalOf(before.results, seconds));
    observations.push(observation);
    console.error(`${place.name}/${hog} done, ${load()}`);
    if (!isNormal(observation)) break;
  }
  const runs = observations.every(isNormal) ? [before, await runAlone(place, callers, seconds)] : [before];
  for (const [at, run] of runs.entries()) {
    console.log(aloneLine(`${place.name} alone, ${at === 0 ? "before" : "after"}`, run));
  }
  const alone = quieterOf(normalOf(before.results, seconds), ...runs.map(({ results }) => normalOf(results, seconds)));
  const findings = observations.flatMap((observation) => {
    const own = judge(observation, alone);
    console.log([scenarioLine(observation, own), ...scenarioNotes(observation, own)].join("\n"));
    return own;
  });
  return { findings, done: observations.length };
}

async function runMixedAt(place: Place, { seed }: LoadOptions): Promise<Progress> {
  const observation = await runMixed(place, seed);
  const findings = judgeMixed(observation);
  console.log(mixedLines(observation, findings).join("\n"));
  return { findings, done: 1 };
}

/** Runs scenarios at a new place until all have run or it does not recover from one. The mixed requests are the last. */
async function runAtPlace(
  name: PlaceName,
  names: readonly string[],
  modules: readonly Module[],
  options: LoadOptions,
): Promise<Progress> {
  await using place = await startPlace(name, modules);
  const hogs = names.filter((each) => each !== MIXED);
  return await (hogs.length > 0 ? runHogs(place, hogs, options) : runMixedAt(place, options));
}

/** Runs scenarios, place by place. Returns the aims that were missed. */
export async function runLoad(
  chosen: readonly Scenario[],
  modules: readonly Module[],
  options: LoadOptions,
): Promise<readonly Finding[]> {
  console.log(tableHead);
  const findings: Finding[] = [];
  for (const [name, own] of Map.groupBy(chosen, ({ place }) => place)) {
    for (let names = own.map(({ hog }) => hog); names.length > 0;) {
      const progress = await runAtPlace(name, names, modules, options);
      findings.push(...progress.findings);
      names = names.slice(progress.done);
    }
  }
  return missed(findings);
}
