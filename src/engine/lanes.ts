/**
 * While several callers have work in the engine, it runs in two lanes, which share the device's time by the number of their callers: one for callers with
 * little work, one for those with much. Batches form within a lane, so that a step of a few rows does not take as long as one of sixty.
 */
export type Lane = "light" | "heavy";

/** All lanes. */
export const LANES: readonly Lane[] = ["light", "heavy"];

/** The callers with work in the engine. */
export interface Callers {
  /** Counts a job's rows, one for each beam of each prompt, for as long as `work` runs. */
  during<Result>(caller: string, rows: number, work: () => Promise<Result>): Promise<Result>;
  /** Whether several callers have work. */
  readonly isShared: () => boolean;
  /** Returns the lane of a caller's work at this moment: always `light` for one that has the engine to itself. */
  readonly laneOf: (caller: string) => Lane;
  /** Number of callers whose work is in a lane. */
  readonly countIn: (lane: Lane) => number;
}

/** Rows up to which a caller has little work, whatever the others have: one request of a few beams or prompts. */
const ALWAYS_LIGHT_ROWS = 4;

/**
 * Creates the table of callers. Who has more than `lightRows` rows has much work, and who has more than all others together: otherwise 16 captions of
 * one caller would be among those of eight others, and their lane would change with each that begins or ends.
 */
export function createCallers(lightRows: number): Callers {
  const rowsByCaller = new Map<string, number>();
  let allRows = 0;
  const add = (caller: string, rows: number): void => {
    allRows += rows;
    const sum = (rowsByCaller.get(caller) ?? 0) + rows;
    if (sum > 0) rowsByCaller.set(caller, sum);
    else rowsByCaller.delete(caller);
  };
  const laneOf = (caller: string): Lane => {
    const own = rowsByCaller.get(caller) ?? 0;
    if (rowsByCaller.size <= 1 || own <= ALWAYS_LIGHT_ROWS) return "light";
    return own > lightRows || own > allRows - own ? "heavy" : "light";
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
    isShared: () => rowsByCaller.size > 1,
    laneOf,
    countIn: (lane) => [...rowsByCaller.keys()].filter((caller) => laneOf(caller) === lane).length,
  };
}
