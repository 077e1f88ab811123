import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../../../tools/bundle.ts";
import { runCampaign } from "../../../tools/fuzz/campaign.ts";
import { reportLines } from "../../../tools/fuzz/report.ts";
import { createTally } from "../../../tools/fuzz/tally.ts";
import { startTargets, type Targets } from "../../../tools/fuzz/targets.ts";

const SEED = 15;

/** 15 s on two idle cores; `npm run fuzz` sends as many as wanted. */
const REQUESTS = 2000;

let targets: Targets;
beforeAll(async () => {
  targets = await startTargets(await bundle(), true);
}, 60_000);
afterAll(() => targets[Symbol.asyncDispose]());

it(
  "the built Worker responds to 2000 generated requests as documented, with any backend",
  { timeout: 240_000 },
  async () => {
    const tally = createTally();
    const started = performance.now();
    await runCampaign(targets, { seed: SEED, from: 0, to: REQUESTS, concurrency: 8, maxMs: Infinity }, tally);
    const seconds = (performance.now() - started) / 1000;
    console.log(reportLines({ seed: SEED, seconds, tally, memory: [] }).join("\n"));
    expect(tally.violations).toEqual([]);
    expect(tally.requests).toBe(REQUESTS);
    const seen = new Set([...tally.statuses.values()].flatMap((row) => [...row.keys()]));
    const expected = ["200", "204", "304", "400", "404", "405", "413", "415", "422", "424", "502", "504", "cut"];
    expect([...seen]).toEqual(expect.arrayContaining(expected));
  },
);
