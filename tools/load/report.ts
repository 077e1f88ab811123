import { percentile } from "../../bench/backend/figures.ts";
import type { MemoryCurve } from "../fuzz/memory-curve.ts";
import { latencyOf } from "./figures.ts";
import { type Finding, missed } from "./judge.ts";
import type { Measured } from "./meters.ts";
import type { Alone } from "./scenario.ts";
import { type MixedObservation, type Observation, processNames } from "./observation.ts";

/** The columns of the table and their widths. */
const columns = [
  ["scenario", 24],
  ["n", 6],
  ["p50", 7],
  ["p99", 7],
  ["x alone", 9],
  ["wrong", 7],
  ["503", 5],
  ["undecl", 8],
  ["health edge", 13],
  ["health backend", 16],
  ["MB edge", 13],
  ["MB backend", 13],
  ["normal after", 14],
] as const;

function line(cells: readonly string[]): string {
  return columns
    .map(([, width], at) => (at === 0 ? (cells[at] ?? "").padEnd(width) : (cells[at] ?? "").padStart(width)))
    .join("");
}

const whole = (value: number): string => (Number.isFinite(value) ? value.toFixed(0) : String(value));

/** The head of the table. Times are milliseconds; memory is that of the second quarter and the last. */
export const tableHead = line(columns.map(([name]) => name));

function memoryCell(curve: MemoryCurve | undefined): string {
  return curve === undefined || curve.minima.length === 0 ? "" : `${whole(curve.second)} → ${whole(curve.last)}`;
}

function processCells({ health, memory }: Measured): readonly string[] {
  return [
    ...processNames.map((name) => (health[name] === undefined ? "" : whole(percentile(health[name], 0.99)))),
    ...processNames.map((name) => memoryCell(memory[name])),
  ];
}

/** The line of a scenario. */
export function scenarioLine(observation: Observation, findings: readonly Finding[]): string {
  const { place, hog, honest, recoveryMs } = observation;
  const { count, p50, p99 } = latencyOf(honest);
  const valueOf = (aim: string) => findings.find((each) => each.aim === aim)?.value ?? Number.NaN;
  return line([
    `${place}/${hog}`,
    String(count),
    whole(p50),
    whole(p99),
    valueOf("honest p99 / alone").toFixed(2),
    whole(valueOf("wrong answers")),
    String(honest.filter(({ outcome }) => outcome === "refused").length),
    whole(valueOf("undeclared statuses")),
    ...processCells(observation),
    recoveryMs === undefined ? "no" : `${recoveryMs} ms`,
  ]);
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, number]) => `${name} ${number}`)
    .join(", ");
}

/** The curves of memory. */
function curveLines({ memory }: Pick<Measured, "memory">): readonly string[] {
  return processNames.flatMap((name) => {
    const minima = memory[name]?.minima ?? [];
    return minima.length === 0 ? [] : [`    ${name}, MB resident: ${minima.map(whole).join(" ")}`];
  });
}

function missedLines(findings: readonly Finding[]): readonly string[] {
  return missed(findings).map(({ aim, value, limit }) => {
    return `    MISSED ${aim}: ${value.toFixed(2)}, the limit is ${limit.toFixed(2)}`;
  });
}

/** What is to be said about a scenario below its line: what the hog got, and each aim that was missed. */
export function scenarioNotes(observation: Observation, findings: readonly Finding[]): readonly string[] {
  const { honest, tally } = observation;
  const contradictions = new Set([...honest.flatMap(({ violations }) => violations), ...Object.keys(tally.violations)]);
  return [
    `    the hog: ${tally.attacks} attacks; ${listed(tally.results)}`,
    ...[...contradictions].map((text) => `    ${text}`),
    ...missedLines(findings),
    ...curveLines(observation),
  ];
}

/** The line of the honest callers alone. */
export function aloneLine(name: string, { results, ...measured }: Alone): string {
  const { count, p50, p99 } = latencyOf(results);
  return line([name, String(count), whole(p50), whole(p99), "", "", "", "", ...processCells(measured)]);
}

/** The lines of a run of mixed requests. */
export function mixedLines(observation: MixedObservation, findings: readonly Finding[]): readonly string[] {
  const { place, tally } = observation;
  const undeclared = Object.values(tally.violations).reduce((sum, count) => sum + count, 0);
  return [
    line([
      `${place}/mixed`,
      String(tally.attacks),
      "",
      "",
      "",
      "",
      "",
      String(undeclared),
      ...processCells(observation),
    ]),
    `    by status: ${listed(tally.results)}`,
    ...Object.entries(tally.violations).map(([text, count]) => `    ${count} x ${text}`),
    ...missedLines(findings),
    ...curveLines(observation),
  ];
}
