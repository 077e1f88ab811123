import { batchReport, runBatchCampaign } from "./batches/campaign.ts";
import { measurePassages, passageLine } from "./batches/memory.ts";
import { numberFrom, seedFrom } from "./number-flag.ts";
import { withProgress } from "./progress.ts";
import { readArguments, runCommand } from "./run-command.ts";
import { buildAssets } from "./site/build-assets.ts";

const USAGE = `Has a batch worked on by the built Worker, with accounts, while it and its queue are killed (kill -9) at random moments, and compares the results with direct
answers and with the account's entries.

  npm run test:batches -- [options]

  --lines <n>   of the batch (10000)
  --kills <n>   of the API, with its queue and its bucket (20)
  --megabytes <n>  instead of all that, sends a file of so many MB and reads it again, and prints the memory of workerd
  --seed <n>    0 to 2147483647; the same seed gives the same lines (random)

It exits with 1 and says so if a line has no result or several, if a result is unlike a direct answer, if an id was charged twice or not at half the price, or if
the account's books contradict the results.`;

await runCommand(async () => {
  const { values } = readArguments(USAGE, {
    lines: { type: "string" },
    kills: { type: "string" },
    megabytes: { type: "string" },
    seed: { type: "string" },
  });
  if (values.megabytes !== undefined) {
    const megabytes = numberFrom("megabytes", values.megabytes, { standard: 200, max: 200 });
    await buildAssets();
    const { up, down, isWhole } = await measurePassages(megabytes * 1_000_000);
    console.log([passageLine("up", up), passageLine("down", down)].join("\n"));
    if (!isWhole) process.exitCode = 1;
    return;
  }
  const seed = seedFrom(values.seed);
  const lines = numberFrom("lines", values.lines, { standard: 10_000, max: 50_000 });
  const kills = numberFrom("kills", values.kills, { standard: 20, min: 0, max: 1000 });
  console.log(`seed ${seed}`);
  await buildAssets();
  const campaign = await withProgress("Working and killing…", runBatchCampaign({ seed, lines, kills }));
  console.log(batchReport(campaign).join("\n"));
  if (campaign.findings.some(({ found }) => found.length > 0)) process.exitCode = 1;
});
