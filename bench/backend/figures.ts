import { median } from "../measure.ts";
import type { Load } from "./load.ts";

/** The result of a load, with its CPU cost on the server. */
export interface Round extends Load {
  /** CPU time per answer in milliseconds; other programs on the machine affect it less than the other figures. */
  readonly processorMs: number;
}

/** Figures over several rounds of one load. */
export interface Figures {
  /** Answers per second, the median of the rounds. */
  readonly rate: number;
  /** The median latency over the answers of all rounds, in milliseconds; `p99` likewise. */
  readonly p50: number;
  readonly p99: number;
  /** CPU time per answer in milliseconds, the median of the rounds. */
  readonly processorMs: number;
  /** The largest number of requests with differing answers in one round. */
  readonly unsteady: number;
}

/** The percentile by the nearest-rank method; `share` is from 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** Computes the figures of several rounds. */
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

/** Prints a table with one line per entry. */
export function printTable(title: string, table: ReadonlyMap<string, Figures>): void {
  console.log(`\n${title}`);
  printRow("", ["requests/s", "p50, ms", "p99, ms", "cores, ms", "unsteady"]);
  for (const [name, { rate, p50, p99, processorMs, unsteady }] of table) {
    printRow(name, [...[rate, p50, p99, processorMs].map((number) => number.toFixed(1)), String(unsteady)]);
  }
}

/** Returns the rate of an entry, NaN if there is none. */
export function rateOf(table: ReadonlyMap<string, Figures>, title: string): number {
  return table.get(title)?.rate ?? Number.NaN;
}

/** Prints a ratio and whether it meets the aim. */
export function printVerdict(what: string, ratio: number, aim: number | undefined): void {
  const verdict = ratio >= (aim ?? 0) ? "met" : "missed";
  console.log(`${what}: ${ratio.toFixed(2)} times${aim === undefined ? "" : `; the aim is ${aim}: ${verdict}`}`);
}
