import { loadavg } from "node:os";
import type { Module } from "../serve.ts";
import { latencyOf } from "./figures.ts";
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

/** What a place did, and how many scenarios it has survived or ended in. */
interface Progress {
  readonly findings: readonly Finding[];
  readonly done: number;
}

/** Runs hogs at a running place until one has ended it, and prints their lines: they are judged by the honest callers alone before and after. */
async function runHogs(place: Place, hogs: readonly string[], { seed, seconds }: LoadOptions): Promise<Progress> {
  const callers = await honestCallers(place);
  const before = await runAlone(place, callers, seconds);
  const observations: Observation[] = [];
  for (const hog of hogs) {
    if (place.ended().length > 0) break;
    observations.push(await runScenario(place, callers, { hog, seconds, seed }, latencyOf(before.results)));
    console.error(`${place.name}/${hog} done, ${load()}`);
  }
  const runs = place.ended().length > 0 ? [before] : [before, await runAlone(place, callers, seconds)];
  for (const [at, run] of runs.entries()) {
    console.log(aloneLine(`${place.name} alone, ${at === 0 ? "before" : "after"}`, run));
  }
  const alone = latencyOf(runs.flatMap(({ results }) => results));
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

/** Runs scenarios at a new place until all have run or one has ended a process of it. The mixed requests are the last. */
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
