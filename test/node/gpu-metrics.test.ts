import { expect, it } from "vitest";
import { createServingMetrics } from "../../src/serving/metrics-node.ts";
import type { Outcome } from "../../src/serving/outcome.ts";
import { samplesOf } from "../support/serving-samples.ts";

const outcome: Outcome = {
  requestId: "r",
  traceparent: undefined,
  model: "florence2",
  operation: "infer",
  status: 200,
  code: undefined,
  ms: 1500,
  times: { queue: 100, encode: 400, decode: 1000 },
  tokens: 20,
  fault: undefined,
};

const load = { waiting: 1, running: 2, cachedImages: 3, cachedBytes: 4 };

it("the metrics page has counters of requests, tokens and seconds, and gauges of the load", async () => {
  const { record, page } = createServingMetrics(
    () => load,
    () => 5,
  );
  record(outcome);
  record({ ...outcome, status: 400, code: "invalid-request", times: undefined, tokens: 0 });
  record({ ...outcome, model: "", status: 404, code: "not-found", times: undefined, tokens: 0 });
  const { text, contentType } = await page();
  expect(contentType).toContain("text/plain");
  expect(samplesOf(text)).toMatchObject({
    'florence_requests_total{model="florence2",operation="infer",status="200",code=""}': 1,
    'florence_requests_total{model="florence2",operation="infer",status="400",code="invalid-request"}': 1,
    'florence_requests_total{model="",operation="infer",status="404",code="not-found"}': 1,
    'florence_tokens_total{model="florence2"}': 20,
    'florence_stage_seconds_count{model="florence2",stage="total"}': 2,
    'florence_stage_seconds_sum{model="florence2",stage="decode"}': 1,
    'florence_stage_seconds_bucket{le="0.1",model="florence2",stage="queue"}': 1,
    florence_requests_inside: 5,
    florence_answers_waiting: 1,
    florence_answers_running: 2,
    florence_features_cached: 3,
    florence_features_cached_bytes: 4,
  });
});

it("the gauges are evaluated for each page", async () => {
  let running = 0;
  const { page } = createServingMetrics(
    () => ({ ...load, running }),
    () => running,
  );
  for (running of [1, 7]) {
    expect(samplesOf((await page()).text)).toMatchObject({
      florence_answers_running: running,
      florence_requests_inside: running,
    });
  }
});
