import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../../../tools/bundle.ts";
import { runCampaign } from "../../../tools/fuzz/campaign.ts";
import { isClean, reportLines } from "../../../tools/fuzz/report.ts";
import { createTally } from "../../../tools/fuzz/tally.ts";
import { startTargets, type Targets } from "../../../tools/fuzz/targets.ts";

const SEED = 19;

/** `npm run fuzz -- --dialects` sends as many as wanted. */
const REQUESTS = 1000;

let targets: Targets;
beforeAll(async () => {
  targets = await startTargets((await bundle()).modules, true);
}, 60_000);
afterAll(() => targets[Symbol.asyncDispose]());

it(
  "the dialects of the built Worker respond to 1000 generated requests in their shapes, with any backend",
  { timeout: 240_000 },
  async () => {
    const tally = createTally();
    const started = performance.now();
    const extent = { seed: SEED, from: 0, to: REQUESTS, concurrency: 8, maxMs: Infinity, topic: "dialects" } as const;
    await runCampaign(targets, extent, tally);
    const counts = tally.counts();
    const seconds = (performance.now() - started) / 1000;
    const report = reportLines({ seed: SEED, seconds, counts, alone: [], memory: [] }).join("\n");
    expect(isClean({ counts, alone: [], memory: [] }) ? "" : report).toBe("");
    const answered = [...counts.statuses].filter(([, row]) => row.has("200")).map(([operation]) => operation);
    expect(answered).toEqual(
      expect.arrayContaining([
        "POST /openai/v1/chat/completions",
        "POST /openai/v1/responses",
        "POST /openai/actions/:task",
        "POST /computervision/imageanalysis:analyze",
      ]),
    );
  },
);
