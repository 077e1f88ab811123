import { expect, it } from "vitest";
import { batchReport, runBatchCampaign } from "../../../tools/batches/campaign.ts";

/** A minute on two idle cores; `npm run test:batches` has as many lines and kills as wanted. */
const EXTENT = { seed: 21, lines: 300, kills: 3 };

it(
  "a batch has each result once and costs half, while the API is killed with its queue",
  { timeout: 300_000 },
  async () => {
    const campaign = await runBatchCampaign(EXTENT);
    const isClean = campaign.findings.every(({ found }) => found.length === 0);
    // A failure shows the whole report.
    expect(isClean ? "" : batchReport(campaign).join("\n")).toBe("");
  },
);
