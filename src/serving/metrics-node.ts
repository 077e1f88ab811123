import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { EngineLoad } from "../engine/engine.ts";
import type { Outcome } from "./outcome.ts";

/** Histogram buckets in seconds: from a short generation on a cached image to a long one of Florence-2 large on a CPU. */
const LATENCY_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Prometheus metrics of a server. */
export interface ServingMetrics {
  readonly record: (outcome: Outcome) => void;
  /** Returns the metrics in the text format, and their content type. */
  readonly page: () => Promise<{ readonly text: string; readonly contentType: string }>;
}

/** Registers gauges, given as name, help text and a function that is called at each scrape. */
function addGauges(registry: Registry, gauges: readonly (readonly [string, string, () => number])[]): void {
  for (const [name, help, read] of gauges) {
    const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: (): void => gauge.set(read()) });
  }
}

/** Creates the metrics of one server; `load` and `inFlight` are called at each scrape. */
export function createServingMetrics(load: () => EngineLoad, inFlight: () => number): ServingMetrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Counter({
    name: "florence_requests_total",
    help: "Requests that ended, by model, operation, status and error code.",
    labelNames: ["model", "operation", "status", "code"],
    registers,
  });
  const seconds = new Histogram({
    name: "florence_stage_seconds",
    help: "Seconds of a request by stage: queue, encode, decode, and total.",
    labelNames: ["model", "stage"],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const tokens = new Counter({
    name: "florence_tokens_total",
    help: "Generated tokens.",
    labelNames: ["model"],
    registers,
  });
  addGauges(registry, [
    ["florence_requests_inside", "Requests running or waiting.", inFlight],
    ["florence_answers_running", "Answers in the decoder's batch.", () => load().running],
    ["florence_answers_waiting", "Answers that wait for rows of the decoder's batch.", () => load().waiting],
    ["florence_features_cached", "Images whose features are cached.", () => load().cachedImages],
    ["florence_features_cached_bytes", "Bytes of those features.", () => load().cachedBytes],
  ]);
  return {
    record: ({ model, operation, status, code, ms, times, tokens: generated }) => {
      requests.inc({ model, operation, status: String(status), code: code ?? "" });
      seconds.observe({ model, stage: "total" }, ms / 1000);
      for (const [stage, stageMs] of Object.entries(times ?? {})) seconds.observe({ model, stage }, stageMs / 1000);
      tokens.inc({ model }, generated);
    },
    page: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}
