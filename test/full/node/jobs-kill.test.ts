import { expect, it } from "vitest";
import { jobLines, runJobsCampaign } from "../../../tools/ledger/jobs/campaign.ts";

/** About two minutes on two idle cores, of which one is the lease of a lost attempt; `npm run test:ledger` kills as often as wanted. */
const EXTENT = { seed: 23, jobs: 60, kills: 5 };

it(
  "no job that was accepted is lost, and none is charged twice, while the API is killed with its queue",
  { timeout: 400_000 },
  async () => {
    const campaign = await runJobsCampaign("bench/short-holds-worker.ts", EXTENT);
    const isClean = campaign.findings.every(({ found }) => found.length === 0);
    // A failure shows the whole report.
    expect(isClean ? "" : jobLines(campaign).join("\n")).toBe("");
  },
);
