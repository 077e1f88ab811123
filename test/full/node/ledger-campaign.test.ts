import { afterAll, beforeAll, expect, it } from "vitest";
import { bundle } from "../../../tools/bundle.ts";
import { runKillCampaign } from "../../../tools/ledger/campaign.ts";
import { judge } from "../../../tools/ledger/judge.ts";
import { type KillPlace, startKillPlace } from "../../../tools/ledger/place.ts";
import { reportLines } from "../../../tools/ledger/report.ts";

/** 15 s on two idle cores; `npm run test:ledger` asks and kills as often as wanted. */
const EXTENT = { seed: 17, requests: 500, payments: 100, kills: 12, backendKills: 3, topUps: 60 };

let place: KillPlace;
beforeAll(async () => {
  const [charged, plain] = [await bundle("bench/short-holds-worker.ts"), await bundle()];
  place = await startKillPlace(charged.modules, plain.modules);
}, 120_000);
afterAll(() => place[Symbol.asyncDispose]());

it(
  "what callers were told agrees with the accounts, while the API and its backend are killed",
  { timeout: 240_000 },
  async () => {
    const campaign = await runKillCampaign(place, EXTENT);
    const findings = judge(campaign, EXTENT);
    const isClean = findings.every(({ found }) => found.length === 0);
    // A failure shows the whole report.
    expect(isClean ? "" : reportLines(campaign, findings).join("\n")).toBe("");
  },
);
