import { bundle } from "./bundle.ts";
import { runKillCampaign } from "./ledger/campaign.ts";
import { jobLines, runJobsCampaign } from "./ledger/jobs/campaign.ts";
import { judge } from "./ledger/judge.ts";
import { startKillPlace } from "./ledger/place.ts";
import { reportLines } from "./ledger/report.ts";
import { numberFrom, seedFrom } from "./number-flag.ts";
import { withProgress } from "./progress.ts";
import { readArguments, runCommand } from "./run-command.ts";
import { buildAssets } from "./site/build-assets.ts";

const USAGE = `Lets eight clients of four accounts ask the built Worker under workerd, while it and its backend are killed (kill -9) at random moments, and compares what
they were told with the accounts' entries.

  npm run test:ledger -- [options]

  --requests <n>        how many answers are told what they cost (10000)
  --payments <n>        how many requests bring a payment of x402 in the place of a key (2000)
  --kills <n>           of workerd (200)
  --backend-kills <n>   of the backend (50)
  --top-ups <n>         payments that Stripe tells of by signed events, several times each (1000)
  --seed <n>            0 to 2147483647; the same seed gives the same questions (random)
  --jobs <n>            how many requests are answered later, as jobs, by an API that is killed with its queue (300; 0 for none)
  --job-kills <n>       of that API (20)
  --short-holds         holds end after 4 seconds instead of the 150 of a deployment, for which the command waits at the end

It exits with 1 and says so if an answer was told without an entry, if an id was charged twice, if a hold outlasts its deadline, if a balance is not the sum of
its entries, if an answer is unlike that of the API without accounts, if one was free that nobody had paid for or is not free when asked again, if an entry
belongs to a request that was refused, if a payment that Stripe tells of is not exactly one entry, or if an audit finds anything; and, of payments of x402, if an answer
was told without one, if one was taken and no answer is given for it, if one that was taken is told as invalid, or if the model worked more often for one than kills explain.`;

const MAX_COUNT = 1_000_000;

await runCommand(async () => {
  const { values } = readArguments(USAGE, {
    requests: { type: "string" },
    payments: { type: "string" },
    kills: { type: "string" },
    "backend-kills": { type: "string" },
    "top-ups": { type: "string" },
    jobs: { type: "string" },
    "job-kills": { type: "string" },
    seed: { type: "string" },
    "short-holds": { type: "boolean" },
  });
  type Count = "jobs" | "job-kills" | "requests" | "payments" | "kills" | "backend-kills" | "top-ups";
  const count = (name: Count, standard: number, min: number): number =>
    numberFrom(name, values[name], { standard, min, max: MAX_COUNT });
  const options = {
    seed: seedFrom(values.seed),
    requests: count("requests", 10_000, 1),
    payments: count("payments", 2000, 0),
    kills: count("kills", 200, 0),
    backendKills: count("backend-kills", 50, 0),
    topUps: count("top-ups", 1000, 0),
  };
  const jobsExtent = { seed: options.seed, jobs: count("jobs", 300, 0), kills: count("job-kills", 20, 0) };
  console.log(`seed ${options.seed}`);
  await buildAssets();
  const { modules } = await withProgress("Building the API…", bundle());
  const entry = values["short-holds"] === true ? "bench/short-holds-worker.ts" : undefined;
  const charged = entry === undefined ? modules : (await bundle(entry)).modules;
  await using place = await withProgress("Starting the APIs…", startKillPlace(charged, modules));
  const campaign = await withProgress("Asking and killing…", runKillCampaign(place, options));
  const findings = judge(campaign, options);
  console.log(reportLines(campaign, findings).join("\n"));
  const later = await withProgress("Asking for jobs and killing…", runJobsCampaign(entry, jobsExtent));
  console.log(jobLines(later).join("\n"));
  if ([...findings, ...later.findings].some(({ found }) => found.length > 0)) process.exitCode = 1;
});
