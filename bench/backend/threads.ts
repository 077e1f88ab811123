import { availableParallelism } from "node:os";
import { median } from "../measure.ts";
import type { ContestOptions } from "./comparison.ts";
import type { LoadGenerator } from "./load-generator.ts";
import { type SideName, start, stop } from "./servers.ts";

/** Either a graph has one core, or all of them. */
const candidates = [...new Set([1, availableParallelism()])];

/** The number of threads with which a side answers most requests a second: a small model's graphs may do best with one. */
export async function bestThreads(
  side: SideName,
  generator: LoadGenerator,
  { rounds, seconds, concurrency }: ContestOptions & { readonly concurrency: number },
): Promise<number> {
  const trials = await Promise.all(
    candidates.map(async (threads) => ({ threads, server: await start(side, threads), rates: new Array<number>() })),
  );
  const order = { questions: "distinct", concurrency, seconds } as const;
  // The first round warms up.
  for (let round = -1; round < rounds; round++) {
    for (const { server, rates } of trials) {
      const { rate } = await generator.run({ ...order, url: server.url, wire: server.wire });
      if (round >= 0) rates.push(rate);
    }
  }
  await Promise.all(trials.map(({ server }) => stop(server)));
  const results = trials.map(({ threads, rates }) => ({ threads, rate: median(rates) }));
  const shown = results.map(({ threads, rate }) => `${rate.toFixed(1)} requests/s with ${threads}`);
  console.log(`${side}, threads of a graph: ${shown.join(", ")}`);
  return results.toSorted((one, other) => other.rate - one.rate)[0]?.threads ?? 1;
}
