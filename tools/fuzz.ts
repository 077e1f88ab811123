import { bundle } from "./bundle.ts";
import { type CampaignOptions, runCampaign, sendAlone } from "./fuzz/campaign.ts";
import { memoryCurve, sampleMemory } from "./fuzz/memory-curve.ts";
import { replay } from "./fuzz/replay.ts";
import { isClean, reportLines } from "./fuzz/report.ts";
import { createTally, type Finished } from "./fuzz/tally.ts";
import { apiNames, startTargets, type Targets } from "./fuzz/targets.ts";
import { numberFrom, seedFrom } from "./number-flag.ts";
import { withProgress } from "./progress.ts";
import { readArguments, runCommand, UsageError } from "./run-command.ts";
import { buildAssets } from "./site/build-assets.ts";

const USAGE = `Sends generated requests, valid to hostile, to the built Worker under workerd and checks every response against the OpenAPI document.

  npm run fuzz -- [options]

  --requests <n>      how many (10000)
  --seed <n>          0 to 2147483647; the same seed gives the same requests (random)
  --concurrency <n>   requests in flight (8)
  --seconds <n>       starts no request after this time (3600)
  --dialects          asks the paths of other APIs (OpenAI, Azure, GPT Actions), and checks their shapes
  --replay <n>[-<m>]  sends only the request with this number, or these numbers in their order, and prints all of it

It exits with 1 after any status that the document does not declare, any fault of the server, any response that contradicts the document, any valid
request that is refused, any request without an answer, any that takes seconds even alone, and any growth of memory.`;

/** How many memory samples a curve needs to say anything: ten seconds. */
const MIN_SAMPLES = 40;

/** Maximum number of requests, and of seconds. */
const MAX_COUNT = 10_000_000;

/** Parses `12` or `12-40` to a range whose end is not part of it. */
function rangeFrom(text: string): { readonly from: number; readonly to: number } {
  const [, first = "", last = first] = /^(\d+)(?:-(\d+))?$/u.exec(text) ?? [];
  if (first === "") {
    throw new UsageError(`--replay is ${JSON.stringify(text)}; it must be a number, or two with a hyphen between.`);
  }
  return { from: Number(first), to: Number(last) + 1 };
}

/** Runs a campaign and prints its report: also when it is interrupted, since the report is printed when the process ends. */
async function campaign(targets: Targets, options: CampaignOptions): Promise<boolean> {
  const tally = createTally();
  const started = performance.now();
  const meters = apiNames.map((api) => [api, sampleMemory(targets.apis[api].pid)] as const);
  let alone: readonly Finished[] = [];
  const result = () => ({
    seed: options.seed,
    seconds: (performance.now() - started) / 1000,
    counts: tally.counts(),
    alone,
    memory: meters.flatMap(([api, { samples }]) =>
      samples.length < MIN_SAMPLES ? [] : [[api, memoryCurve(samples)] as const],
    ),
  });
  const print = (): void => console.log(reportLines(result()).join("\n"));
  process.once("exit", print);
  await withProgress(`Sending ${options.to - options.from} requests…`, runCampaign(targets, options, tally));
  for (const [, meter] of meters) meter.stop();
  alone = await sendAlone(targets, options.seed, tally.counts().slowest);
  process.off("exit", print);
  print();
  return isClean(result());
}

await runCommand(async () => {
  const { values } = readArguments(USAGE, {
    requests: { type: "string" },
    seed: { type: "string" },
    concurrency: { type: "string" },
    seconds: { type: "string" },
    replay: { type: "string" },
    dialects: { type: "boolean", default: false },
  });
  const seed = seedFrom(values.seed);
  const range = values.replay === undefined ? undefined : rangeFrom(values.replay);
  const options: CampaignOptions = {
    seed,
    from: range?.from ?? 0,
    to: range?.to ?? numberFrom("requests", values.requests, { standard: 10_000, max: MAX_COUNT }),
    concurrency: numberFrom("concurrency", values.concurrency, { standard: 8, max: 64 }),
    topic: values.dialects ? "dialects" : "own",
    maxMs: 1000 * numberFrom("seconds", values.seconds, { standard: 3600, max: MAX_COUNT }),
  };
  console.log(`seed ${seed}`);
  await buildAssets();
  const { modules } = await withProgress("Building the API…", bundle());
  await using targets = await withProgress("Starting the APIs…", startTargets(modules, range === undefined));
  const isFine = range === undefined ? await campaign(targets, options) : await replay(targets, options);
  if (!isFine) process.exitCode = 1;
});
