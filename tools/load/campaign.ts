import { loadavg } from "node:os";
import type { Module } from "../serve.ts";
import { latencyOf } from "./figures.ts";
import { hogsOf } from "./hogs/hogs.ts";
import { honestCallers } from "./honest-callers.ts";
import { type Finding, judge, missed } from "./judge.ts";
import { type Observation, placeNames, type PlaceName } from "./observation.ts";
import { type Place, startPlace } from "./place.ts";
import { aloneLine, scenarioLine, scenarioNotes, tableHead } from "./report.ts";
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

/** All scenarios. */
export const scenarios: readonly Scenario[] = placeNames.flatMap((place) =>
  Object.keys(hogsOf(place)).map((hog) => ({ place, hog })),
);

/** Scenarios that ran at one place, judged. */
export interface Judged {
  readonly observation: Observation;
  readonly findings: readonly Finding[];
}

const load = (): string => `load average ${loadavg()[0]?.toFixed(1) ?? "unknown"}`;

/** Runs scenarios at a running place, and prints a line for each when it has ended, judged by the honest callers alone before. */
export async function runAtPlace(
  place: Place,
  hogs: readonly string[],
  { seed, seconds }: LoadOptions,
): Promise<readonly Judged[]> {
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
  const judged = observations.map((observation) => ({ observation, findings: judge(observation, alone) }));
  for (const { observation, findings } of judged) {
    console.log([scenarioLine(observation, findings), ...scenarioNotes(observation, findings)].join("\n"));
  }
  return judged;
}

/** Runs scenarios, place by place. Returns what was missed; throws if a backend ends. */
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
    const judged = await Promise.race([runAtPlace(place, hogs, options), died]);
    findings.push(...judged.flatMap((each) => missed(each.findings)));
  }
  return findings;
}
