import { type Figures, figuresOf, type Round } from "./figures.ts";
import type { Load, Order } from "./load.ts";
import type { LoadGenerator } from "./load-generator.ts";
import { processorTime } from "./processor-time.ts";
import { type Server, type SideName, start } from "./servers.ts";

/** One load on one side. */
export interface Entry extends Omit<Order, "url" | "wire" | "seconds"> {
  /** What it is called in the table. */
  readonly title: string;
  readonly side: SideName;
}

/** How long everything is measured. */
export interface ContestOptions {
  readonly rounds: number;
  /** Of one entry in one round. */
  readonly seconds: number;
}

/** The sides, started, and whoever asks them. */
export interface Contest {
  /** Asks a side every question once. */
  readonly answers: (side: SideName, concurrency: number) => Promise<Load["ids"]>;
  /** Entries take turns, round after round. */
  readonly inTurns: (entries: readonly Entry[]) => Promise<ReadonlyMap<string, Figures>>;
}

/** Starts all sides at once, each with its threads; they end with this process. */
export async function startContest(
  threads: ReadonlyMap<SideName, number>,
  generator: LoadGenerator,
  { rounds, seconds }: ContestOptions,
): Promise<Contest> {
  const started = Array.from(threads, async ([name, count]) => [name, await start(name, count)] as const);
  const servers = new Map<SideName, Server>(await Promise.all(started));
  const run = async (side: SideName, order: Omit<Order, "url" | "wire">): Promise<Round> => {
    const server = servers.get(side);
    if (server === undefined) throw new Error(`${side} was not started.`);
    const { url, wire, process } = server;
    const before = await processorTime(process.pid);
    const load = await generator.run({ ...order, url, wire });
    const spent = (await processorTime(process.pid)) - before;
    return { ...load, processorMs: spent / load.answers };
  };
  return {
    answers: async (side, concurrency) => (await run(side, { questions: "distinct", concurrency })).ids,
    inTurns: async (entries) => {
      const loads: (readonly [string, Round])[] = [];
      for (let round = 0; round < rounds; round++) {
        for (const { title, side, questions, concurrency } of entries) {
          loads.push([title, await run(side, { questions, concurrency, seconds })]);
        }
      }
      const of = (title: string) => loads.filter(([name]) => name === title).map(([, load]) => load);
      return new Map(entries.map(({ title }) => [title, figuresOf(of(title))]));
    },
  };
}
