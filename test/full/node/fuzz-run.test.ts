import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountOperations } from "../../../src/contract/account-operations.ts";
import { adminOperations } from "../../../src/contract/admin-operations.ts";
import { bundle } from "../../../tools/bundle.ts";
import { runCampaign } from "../../../tools/fuzz/campaign.ts";
import { numberedRequests } from "../../../tools/fuzz/numbered-requests.ts";
import { isClean, reportLines } from "../../../tools/fuzz/report.ts";
import { createTally } from "../../../tools/fuzz/tally.ts";
import { type ApiName, startTargets, type Targets } from "../../../tools/fuzz/targets.ts";
import { declared } from "../../support/document-check.ts";
import { pathOf } from "../../support/fuzz/fuzz-request.ts";

const SEED = 15;

/** 15 s on two idle cores; `npm run fuzz` sends as many as wanted. */
const REQUESTS = 2000;

/** Operations that have campaigns of their own (fuzz-jobs, fuzz-webhooks, fuzz-mcp): here they are met by chance. */
const OWN_CAMPAIGNS = ["/v1/jobs", "/v1/webhooks", "/v1/uploads"];

let targets: Targets;
beforeAll(async () => {
  targets = await startTargets((await bundle()).modules, true);
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
    const counts = tally.counts();
    const report = reportLines({ seed: SEED, seconds, counts, alone: [], memory: [] }).join("\n");
    // A failure shows the whole report, which says how each request is sent again.
    expect(isClean({ counts, alone: [], memory: [] }) ? "" : report).toBe("");
    expect(counts.requests).toBe(REQUESTS);
    const seen = new Set([...counts.statuses.values()].flatMap((row) => [...row.keys()]));
    const expected = [
      "200",
      "204",
      "304",
      "400",
      "401",
      "402",
      "403",
      "404",
      "405",
      "413",
      "415",
      "422",
      "424",
      "502",
      "504",
      "cut",
    ];
    expect([...seen]).toEqual(expect.arrayContaining(expected));
  },
);

describe("the requests of a campaign", () => {
  const origin = "http://127.0.0.1:1";

  it("are determined by seed and number", () => {
    const [one, same, other] = [7, 7, 8].map((seed) => numberedRequests(seed, origin));
    for (let number = 0; number < 20; number += 1) expect(same?.(number)).toEqual(one?.(number));
    expect(other?.(0)).not.toEqual(one?.(0));
  });

  it("reach every operation of the document, in every API", () => {
    const requestOf = numberedRequests(1, origin);
    const sent = Array.from({ length: 3000 }, (_, number) => requestOf(number));
    const operations = new Set(sent.map(({ request }) => `${request.method} ${pathOf(request)}`));
    const expected = [...declared]
      .filter(([path]) => !OWN_CAMPAIGNS.some((prefix) => path.startsWith(prefix)))
      .flatMap(([path, methods]) => methods.map((method) => `${method} ${path}`));
    expect([...operations]).toEqual(expect.arrayContaining(expected));
    const share = (name: ApiName) => sent.filter(({ api }) => api === name).length / sent.length;
    expect(share("embedded")).toBeCloseTo(0.1, 1);
    expect(share("rubbish")).toBeCloseTo(0.2, 1);
    expect(share("accounts")).toBeCloseTo(0.2, 1);
    const toAccounts = new Set(
      sent.flatMap(({ api, request }) => (api === "accounts" ? [request.what.split(":")[0]] : [])),
    );
    const ids = [...Object.values(accountOperations), ...Object.values(adminOperations)].map(({ id }) => id);
    expect([...toAccounts]).toEqual(expect.arrayContaining(ids));
  });
});
