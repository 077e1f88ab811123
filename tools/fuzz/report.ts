import type { MemoryCurve } from "./memory-curve.ts";
import { AIM_MS, type Counts, type Finished, msOf, type ViolationGroup } from "./tally.ts";
import type { ApiName } from "./targets.ts";

/** What a report is made of. */
export interface ReportInput {
  readonly seed: number;
  readonly seconds: number;
  readonly counts: Counts;
  /** The slowest requests, each sent once more alone. */
  readonly alone: readonly Finished[];
  readonly memory: readonly (readonly [ApiName, MemoryCurve])[];
}

/** How many milliseconds no request may take alone. The aim is lower, but the machine may be busy. */
export const MAX_ALONE_MS = 5000;

/** How many characters of a request's description are printed. */
const SHOWN_CHARACTERS = 160;

/** The table of statuses: a row for each operation, a column for each status. */
function statusTable({ statuses }: Counts): readonly string[] {
  const columns = [...new Set([...statuses.values()].flatMap((row) => [...row.keys()]))].sort();
  const width = Math.max(...[...statuses.keys()].map(({ length }) => length), 0) + 2;
  const line = (name: string, cells: readonly string[]): string =>
    name.padEnd(width) + cells.map((cell) => cell.padStart(7)).join("");
  const rows = [...statuses].toSorted(([one], [other]) => one.localeCompare(other));
  const sum = (status: string): number => rows.reduce((total, [, row]) => total + (row.get(status) ?? 0), 0);
  return [
    line("operation", columns),
    ...rows.map(([name, row]) =>
      line(
        name,
        columns.map((status) => String(row.get(status) ?? "")),
      ),
    ),
    line(
      "all",
      columns.map((status) => String(sum(status))),
    ),
  ];
}

/** One request in short: its number, where it went, what came and how it was made. */
export function describe({ number, api, request, sent, answer }: Finished): string {
  const result = answer === undefined ? sent.type : `${answer.response.status} ${answer.code ?? ""}`.trim();
  const [path = ""] = request.target.split("?");
  const made = `${request.what} (${request.transfer}, ${request.body?.length ?? 0} bytes)`;
  return `request ${number}, ${api}: ${request.method} ${path.slice(0, 60)}, ${made} -> ${result}`.slice(
    0,
    SHOWN_CHARACTERS + 120,
  );
}

function slowLine(finished: Finished): string {
  return `  ${msOf(finished).toFixed(0).padStart(6)} ms  ${describe(finished)}`;
}

function violationLines(violations: readonly ViolationGroup[]): readonly string[] {
  return violations.flatMap(({ kind, detail, count, examples }) => [
    `  ${count} x ${kind}: ${detail}`,
    ...examples.map((finished) => `    ${describe(finished)}`),
  ]);
}

function memoryLines([api, { minima, maximum, second, last, isFlat }]: readonly [
  ApiName,
  MemoryCurve,
]): readonly string[] {
  if (minima.length === 0) return [`memory of workerd, ${api}: not measured (it needs Linux)`];
  const verdict = isFlat ? "flat" : "GROWS";
  return [
    `memory of workerd, ${api}, MB resident, minima of ${minima.length} windows: ${minima.map((each) => each.toFixed(0)).join(" ")}`,
    `  second quarter ${second.toFixed(0)}, last ${last.toFixed(0)}, highest ${maximum.toFixed(0)}: ${verdict}`,
  ];
}

function listed(entries: Iterable<readonly [string, number]>): string {
  const sorted = [...entries].toSorted(([, one], [, other]) => other - one);
  return sorted.map(([name, number]) => `${name} ${number}`).join(", ") || "none";
}

/** Whether a campaign found nothing that must not be. A curve of too few samples says nothing and is left out by the caller. */
export function isClean({ counts, alone, memory }: Pick<ReportInput, "counts" | "alone" | "memory">): boolean {
  return (
    counts.violationCounts.size === 0 &&
    alone.every((each) => msOf(each) <= MAX_ALONE_MS) &&
    memory.every(([, { isFlat }]) => isFlat)
  );
}

/** The report of a campaign, line by line. */
export function reportLines({ seed, seconds, counts, alone, memory }: ReportInput): readonly string[] {
  return [
    "",
    ...statusTable(counts),
    "",
    `seed ${seed}: ${counts.requests} requests in ${seconds.toFixed(0)} s, ${(counts.requests / seconds).toFixed(0)} a second`,
    `problems by code: ${listed(counts.codes)}`,
    `violations: ${listed(counts.violationCounts)}`,
    ...violationLines(counts.violations),
    `slowest among others (${counts.aboveAim} above ${AIM_MS} ms; requests whose image's server stalls are left out):`,
    ...counts.slowest.map(slowLine),
    `the same alone (the aim is ${AIM_MS} ms, the limit ${MAX_ALONE_MS}):`,
    ...alone.map(slowLine),
    ...memory.flatMap(memoryLines),
    `To send one again: npm run fuzz -- --seed ${seed} --replay <number>`,
  ];
}
