import { percentile } from "../../bench/backend/figures.ts";
import { type Latency, latencyOf, MAX_RECOVERY_MS } from "./figures.ts";
import type { Measured } from "./meters.ts";
import {
  type MixedObservation,
  type Observation,
  type PlaceName,
  processNames,
  type ProcessName,
} from "./observation.ts";

/** How much slower than alone the slowest honest answers may be beside hogs: their 99th percentile. */
const MAX_SLOWDOWN = 3;

/** The limit of a health probe's 99th percentile, in milliseconds, and where the isolate itself decodes images and runs the model. */
const MAX_HEALTH_MS = 250;
const MAX_EMBEDDED_HEALTH_MS = 1000;

/** An aim, and what was measured. */
export interface Finding {
  readonly aim: string;
  readonly value: number;
  readonly limit: number;
  readonly isMet: boolean;
}

/** `NaN` meets no aim: what was not measured is not fine. */
function finding(aim: string, value: number, limit: number): Finding {
  return { aim, value, limit, isMet: value <= limit };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function healthLimit(place: PlaceName, name: ProcessName): number {
  return place === "embedded" && name === "edge" ? MAX_EMBEDDED_HEALTH_MS : MAX_HEALTH_MS;
}

/** Judges the health and the memory of a place's processes. */
function judgeProcesses(place: PlaceName, { health, memory, ended }: Measured): readonly Finding[] {
  const ofEach = processNames.flatMap((name) => {
    const [times, curve] = [health[name], memory[name]];
    return [
      ...(times === undefined
        ? []
        : [finding(`health of ${name}, p99 ms`, percentile(times, 0.99), healthLimit(place, name))]),
      // A curve has its own limit, which is 32 MB for small processes.
      ...(curve === undefined || curve.minima.length === 0
        ? []
        : [{ aim: `memory of ${name}, MB`, value: curve.last, limit: curve.limit, isMet: curve.isFlat }]),
    ];
  });
  return [finding("processes that ended", ended.length, 0), ...ofEach];
}

/** Judges what was measured under one kind of hog by the figures of the same honest callers alone. */
export function judge(observation: Observation, alone: Latency): readonly Finding[] {
  const { honest, tally } = observation;
  const count = (outcome: string): number => honest.filter((each) => each.outcome === outcome).length;
  const undeclared = honest.reduce((total, { violations }) => total + violations.length, sum(tally.violations));
  return [
    finding("honest p99 / alone", latencyOf(honest).p99 / alone.p99, MAX_SLOWDOWN),
    finding("wrong answers", count("wrong"), 0),
    finding("undeclared statuses", undeclared, 0),
    ...judgeProcesses(observation.place, observation),
    finding("recovery, ms", observation.recoveryMs ?? Infinity, MAX_RECOVERY_MS),
    // Otherwise nothing was shown.
    finding("scenarios without an attack", tally.attacks > 0 ? 0 : 1, 0),
  ];
}

/** Judges what was measured under requests of all kinds. */
export function judgeMixed({ place, tally, ...measured }: MixedObservation): readonly Finding[] {
  return [finding("undeclared statuses", sum(tally.violations), 0), ...judgeProcesses(place, measured)];
}

/** Those that were missed. */
export function missed(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ isMet }) => !isMet);
}
