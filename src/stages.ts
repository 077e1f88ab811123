import type { StageTimings } from "./contract/service.ts";

/** Measures a request's stages. */
export interface Stages {
  /** Runs a stage and adds its time under the name. */
  time<Value>(name: string, work: () => Promise<Value>): Promise<Value>;
  /** Milliseconds by stage, in the order in which they were first entered. */
  timings(): StageTimings;
}

/** A stopwatch for each stage of one request. */
export function createStages(now: () => number): Stages {
  const spent = new Map<string, number>();
  return {
    time: async (name, work) => {
      const begun = now();
      try {
        return await work();
      } finally {
        spent.set(name, (spent.get(name) ?? 0) + now() - begun);
      }
    },
    timings: () => Object.fromEntries(spent),
  };
}
