import type { StageTimings } from "./service.ts";

/** Measures the durations of a request's stages. */
export interface StageTimer {
  /** Runs a stage and adds its duration under the name. */
  time<Value>(name: string, work: () => Promise<Value>): Promise<Value>;
  /** Adds the timings of work that measures its own stages. */
  measured<Value extends { readonly timings: StageTimings }>(work: Promise<Value>): Promise<Value>;
  /** Returns milliseconds by stage, in the order of their first entry. */
  timings(): StageTimings;
}

/** Adds up several timings by stage. */
export function sumTimings(timings: readonly StageTimings[]): StageTimings {
  const sums = new Map<string, number>();
  for (const [stage, ms] of timings.flatMap((each) => Object.entries(each))) {
    sums.set(stage, (sums.get(stage) ?? 0) + ms);
  }
  return Object.fromEntries(sums);
}

/** Creates the stage timer of one request. */
export function createStageTimer(now: () => number): StageTimer {
  const spent: Record<string, number> = {};
  const addStage = (stage: string, ms: number): void => {
    spent[stage] = (spent[stage] ?? 0) + ms;
  };
  return {
    measured: async (work) => {
      const value = await work;
      for (const [stage, ms] of Object.entries(value.timings)) addStage(stage, ms);
      return value;
    },
    time: async (name, work) => {
      const begun = now();
      try {
        return await work();
      } finally {
        addStage(name, now() - begun);
      }
    },
    timings: () => ({ ...spent }),
  };
}
