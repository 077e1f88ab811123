import { median } from "../measure.ts";
import type { Load } from "./load.ts";

/** A load, and what it cost the server. */
export interface Round extends Load {
  /** The cores' time for one answer: a busy machine changes it less than anything else. */
  readonly processorMs: number;
}

/** Several rounds of one load. */
export interface Figures {
  /** Answers a second, the median of the rounds. */
  readonly rate: number;
  /** Of all rounds' answers together, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** The median of the rounds. */
  readonly processorMs: number;
  /** Most questions that a round answered in two ways. */
  readonly unsteady: number;
}

/** The least value that this share of the values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Sums rounds up. */
export function figuresOf(rounds: readonly Round[]): Figures {
  const latencies = rounds.flatMap((round) => round.latencies);
  return {
    rate: median(rounds.map((round) => round.rate)),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    processorMs: median(rounds.map((round) => round.processorMs)),
    unsteady: Math.max(...rounds.map((round) => round.unsteady)),
  };
}

function printRow(name: string, cells: readonly string[]): void {
  console.log(name.padEnd(24) + cells.map((cell) => cell.padStart(12)).join(""));
}

/** One line for each entry. */
export function printTable(title: string, table: ReadonlyMap<string, Figures>): void {
  console.log(`\n${title}`);
  printRow("", ["requests/s", "p50, ms", "p99, ms", "cores, ms", "unsteady"]);
  for (const [name, { rate, p50, p99, processorMs, unsteady }] of table) {
    printRow(name, [...[rate, p50, p99, processorMs].map((number) => number.toFixed(1)), String(unsteady)]);
  }
}

/** The rate of an entry. */
export function rateOf(table: ReadonlyMap<string, Figures>, title: string): number {
  return table.get(title)?.rate ?? Number.NaN;
}

/** Says by how much an aim is met or missed. */
export function printVerdict(what: string, ratio: number, aim: number | undefined): void {
  const verdict = ratio >= (aim ?? 0) ? "met" : "missed";
  console.log(`${what}: ${ratio.toFixed(2)} times${aim === undefined ? "" : `; the aim is ${aim}: ${verdict}`}`);
}
