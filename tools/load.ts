import { bundle } from "./bundle.ts";
import { runLoad, type Scenario, scenarios } from "./load/campaign.ts";
import { numberFrom, seedFrom } from "./number-flag.ts";
import { withProgress } from "./progress.ts";
import { readArguments, runCommand, UsageError } from "./run-command.ts";
import { buildAssets } from "./site/build-assets.ts";

const USAGE = `Lets eight honest callers and one hog use the built Worker, with the model in each place, and the backend alone, all on this machine.

  npm run test:load -- [options]

  --seconds <n>         how long each hog stays (6); 60 for a campaign
  --seed <n>            0 to 2147483647; the same seed gives the same hogs (random)
  --only <place/hog>    only this scenario, only those of a place (${[...new Set(scenarios.map(({ place }) => place))].join(", ")}

It exits with 1 and says so if the slowest honest answers take over three times what they take alone, if one is wrong or contradicts the OpenAPI document,
if health probes are slow, if memory grows, or if the service is not as quick as before within five seconds after the hog has left. Nothing else should
run on the machine meanwhile.`;

/** The scenarios of a place or of a hog, or the one that is named. */
function chosen(only: string | undefined): readonly Scenario[] {
  const found = scenarios.filter(
    ({ place, hog }) => only === undefined || [place, hog, `${place}/${hog}`].includes(only),
  );
  if (found.length > 0) return found;
  const names = scenarios.map(({ place, hog }) => `${place}/${hog}`).join(", ");
  throw new UsageError(`There is no ${JSON.stringify(only)}; there are ${names}.`);
}

await runCommand(async () => {
  const { values } = readArguments(USAGE, {
    seconds: { type: "string" },
    seed: { type: "string" },
    only: { type: "string" },
  });
  const options = {
    seed: seedFrom(values.seed),
    seconds: numberFrom("seconds", values.seconds, { standard: 6, max: 3600 }),
  };
  const own = chosen(values.only);
  console.log(`seed ${options.seed}`);
  await buildAssets();
  const { modules } = await withProgress("Building the API…", bundle());
  const missed = await runLoad(own, modules, options);
  console.log(
    missed.length === 0 ? `All aims of ${own.length} scenarios are met.` : `${missed.length} aims are missed.`,
  );
  if (missed.length > 0) process.exitCode = 1;
});
