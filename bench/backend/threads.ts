import { availableParallelism } from "node:os";
import { median } from "../measure.ts";
import type { ComparisonOptions } from "./comparison.ts";
import type { LoadGenerator } from "./load-generator.ts";
import { type SideName, start, stop } from "./servers.ts";

/** A graph uses either one core or all of them. */
const candidates = [...new Set([1, availableParallelism()])];

/** Finds the number of threads with which a side answers the most requests per second: for a small model that may be one. */
export async function bestThreads(
  side: SideName,
  generator: LoadGenerator,
  { rounds, seconds, concurrency }: ComparisonOptions & { readonly concurrency: number },
): Promise<number> {
  const trials = await Promise.all(
    candidates.map(async (threads) => ({ threads, server: await start(side, threads), rates: new Array<number>() })),
  );
  const options = { requests: "distinct", concurrency, seconds } as const;
  // The first round warms up.
  for (let round = -1; round < rounds; round++) {
    for (const { server, rates } of trials) {
      const { rate } = await generator.run({ ...options, url: server.url, wire: server.wire });
      if (round >= 0) rates.push(rate);
    }
  }
  await Promise.all(trials.map(({ server }) => stop(server)));
  const results = trials.map(({ threads, rates }) => ({ threads, rate: median(rates) }));
  const shown = results.map(({ threads, rate }) => `${rate.toFixed(1)} requests/s with ${threads}`);
  console.log(`${side}, threads of a graph: ${shown.join(", ")}`);
  return results.toSorted((one, other) => other.rate - one.rate)[0]?.threads ?? 1;
}
