import type { MemoryCurve } from "../fuzz/memory-curve.ts";

/** What is loaded: the API by the place of its model, or the backend without an API in front. */
export const placeNames = ["embedded", "split", "remote", "backend"] as const;
/** One of them. */
export type PlaceName = (typeof placeNames)[number];

/** A process that is watched. */
export const processNames = ["edge", "backend"] as const;
/** One of them. */
export type ProcessName = (typeof processNames)[number];

/** The result of an honest caller's request. Times are those of `performance.now()`. */
export interface HonestResult {
  readonly startedAt: number;
  readonly endedAt: number;
  /** `refused` is any status but 200, or no response. */
  readonly outcome: "right" | "wrong" | "refused";
  /** What contradicts the OpenAPI document, and the status of a refusal. */
  readonly violations: readonly string[];
}

/** What hogs got. */
export interface HogTally {
  readonly attacks: number;
  /** By status; "left" for requests that the hog gave up, "none" for connections that the server closed. */
  readonly results: Readonly<Record<string, number>>;
  /** Undeclared statuses and bodies that contradict the document. */
  readonly violations: Readonly<Record<string, number>>;
}

/** What was measured under one kind of hog. */
export interface Observation {
  readonly place: PlaceName;
  readonly hog: string;
  /** Of the requests that began while the hogs were there. */
  readonly honest: readonly HonestResult[];
  readonly tally: HogTally;
  /** Milliseconds from the hogs' end until the honest callers were as quick as before; `undefined` if they were not in time. */
  readonly recoveryMs: number | undefined;
  /** Milliseconds of health probes. */
  readonly health: Readonly<Partial<Record<ProcessName, readonly number[]>>>;
  readonly memory: Readonly<Partial<Record<ProcessName, MemoryCurve>>>;
  /** Processes that did not survive. */
  readonly ended: readonly ProcessName[];
}

/** What was measured under requests of all kinds: the tally is that of all of them. */
export type MixedObservation = Pick<Observation, "place" | "tally" | "health" | "memory" | "ended">;
