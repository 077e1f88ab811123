import { type Figures, figuresOf, type Round } from "./figures.ts";
import type { Load, LoadOptions } from "./load.ts";
import type { LoadGenerator } from "./load-generator.ts";
import { processorTime } from "./processor-time.ts";
import { type Server, type SideName, start } from "./servers.ts";

/** One measurement: a load on one side. */
export interface Entry extends Omit<LoadOptions, "url" | "wire" | "seconds"> {
  /** The title in the table. */
  readonly title: string;
  readonly side: SideName;
}

/** The duration of the measurements. */
export interface ComparisonOptions {
  readonly rounds: number;
  /** Seconds per entry and round. */
  readonly seconds: number;
}

/** The started sides with a load generator. */
export interface Comparison {
  /** Sends every distinct request to a side once and returns the ids. */
  readonly answers: (side: SideName, concurrency: number) => Promise<Load["ids"]>;
  /** Measures the entries in turns, round after round. */
  readonly interleave: (entries: readonly Entry[]) => Promise<ReadonlyMap<string, Figures>>;
}

/** Starts all sides concurrently, each with its number of threads; they end with this process. */
export async function startComparison(
  threads: ReadonlyMap<SideName, number>,
  generator: LoadGenerator,
  { rounds, seconds }: ComparisonOptions,
): Promise<Comparison> {
  const started = Array.from(threads, async ([name, count]) => [name, await start(name, count)] as const);
  const servers = new Map<SideName, Server>(await Promise.all(started));
  const run = async (side: SideName, options: Omit<LoadOptions, "url" | "wire">): Promise<Round> => {
    const server = servers.get(side);
    if (server === undefined) throw new Error(`${side} was not started.`);
    const { url, wire, process } = server;
    const before = await processorTime(process.pid);
    const load = await generator.run({ ...options, url, wire });
    const spent = (await processorTime(process.pid)) - before;
    return { ...load, processorMs: spent / load.answers };
  };
  return {
    answers: async (side, concurrency) => (await run(side, { requests: "distinct", concurrency })).ids,
    interleave: async (entries) => {
      const loads: (readonly [string, Round])[] = [];
      for (let round = 0; round < rounds; round++) {
        for (const { title, side, requests, concurrency } of entries) {
          loads.push([title, await run(side, { requests, concurrency, seconds })]);
        }
      }
      const of = (title: string) => loads.filter(([name]) => name === title).map(([, load]) => load);
      return new Map(entries.map(({ title }) => [title, figuresOf(of(title))]));
    },
  };
}
