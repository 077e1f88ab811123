/**
 * While several callers have work in the engine, it runs in two lanes, which share the device's time equally: one for callers with little work, one
 * for those with much. Batches form within a lane, so that a step of a few rows does not take as long as one of sixty.
 */
export type Lane = "light" | "heavy";

/** All lanes. */
export const LANES: readonly Lane[] = ["light", "heavy"];

/** The callers with work in the engine. */
export interface Callers {
  /** Counts a job's rows, one for each beam of each prompt, for as long as `work` runs. */
  during<Result>(caller: string, rows: number, work: () => Promise<Result>): Promise<Result>;
  /** Returns the lane of a caller's work at this moment: always `light` for one that has the engine to itself. */
  laneOf(caller: string): Lane;
}

/** Creates the table of callers. Who has more than `lightRows` rows has much work. */
export function createCallers(lightRows: number): Callers {
  const rowsByCaller = new Map<string, number>();
  const add = (caller: string, rows: number): void => {
    const sum = (rowsByCaller.get(caller) ?? 0) + rows;
    if (sum > 0) rowsByCaller.set(caller, sum);
    else rowsByCaller.delete(caller);
  };
  return {
    during: async (caller, rows, work) => {
      add(caller, rows);
      try {
        return await work();
      } finally {
        add(caller, -rows);
      }
    },
    laneOf: (caller) => (rowsByCaller.size > 1 && (rowsByCaller.get(caller) ?? 0) > lightRows ? "heavy" : "light"),
  };
}
