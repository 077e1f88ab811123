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
import { aloneOf, runAlone, runScenario } from "./scenario.ts";

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

/** Runs hogs at a running place, and prints their lines when all have left: they are judged by the honest callers alone before and after. */
async function runHogs(
  place: Place,
  hogs: readonly string[],
  { seed, seconds }: LoadOptions,
): Promise<readonly Finding[]> {
  const callers = await honestCallers(place);
  const before = await runAlone(callers, seconds);
  const observations: Observation[] = [];
  for (const [at, hog] of hogs.entries()) {
    observations.push(await runScenario(place, callers, { hog, seconds, seed: seed + at }, latencyOf(before)));
    console.error(`${place.name}/${hog} done, ${load()}`);
  }
  const after = await runAlone(callers, seconds);
  const alone = aloneOf(before, after);
  console.log(aloneLine(`${place.name} alone, before`, latencyOf(before)));
  console.log(aloneLine(`${place.name} alone, after`, latencyOf(after)));
  return observations.flatMap((observation) => {
    const findings = judge(observation, alone);
    console.log([scenarioLine(observation, findings), ...scenarioNotes(observation, findings)].join("\n"));
    return findings;
  });
}

async function runMixedAt(place: Place, { seed }: LoadOptions): Promise<readonly Finding[]> {
  const observation = await runMixed(place, seed);
  const findings = judgeMixed(observation);
  console.log(mixedLines(observation, findings).join("\n"));
  return findings;
}

async function runAtPlace(place: Place, names: readonly string[], options: LoadOptions): Promise<readonly Finding[]> {
  const hogs = names.filter((name) => name !== MIXED);
  return [
    ...(hogs.length === 0 ? [] : await runHogs(place, hogs, options)),
    ...(hogs.length === names.length ? [] : await runMixedAt(place, options)),
  ];
}

/** Runs scenarios, place by place. Returns the aims that were missed; throws if a backend ends. */
export async function runLoad(
  chosen: readonly Scenario[],
  modules: readonly Module[],
  options: LoadOptions,
): Promise<readonly Finding[]> {
  console.log(tableHead);
  const findings: Finding[] = [];
  for (const [name, own] of Map.groupBy(chosen, ({ place }) => place)) {
    await using place = await startPlace(name, modules);
    const died = place.died.then((failure) => Promise.reject(failure));
    const hogs = own.map(({ hog }) => hog);
    findings.push(...(await Promise.race([runAtPlace(place, hogs, options), died])));
  }
  return missed(findings);
}
