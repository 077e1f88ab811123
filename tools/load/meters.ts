import { memoryCurve, sampleMemory } from "../fuzz/memory-curve.ts";
import type { Observation } from "./observation.ts";
import type { Place } from "./place.ts";
import { startProbe } from "./probe.ts";

/** Milliseconds between two samples of memory. */
const SAMPLE_MS = 100;

/** What meters measure. */
export type Measured = Pick<Observation, "health" | "memory" | "ended">;

/** Measures the health and the memory of a place's processes until it is stopped. */
export function startMeters({ processes, ended }: Place): { stop(): Promise<Measured> } {
  const meters = processes.map(({ name, health, pid }) => {
    return { name, probe: startProbe(health), memory: sampleMemory(pid, SAMPLE_MS) };
  });
  const stop = async (): Promise<Measured> => {
    for (const { memory } of meters) memory.stop();
    const health = await Promise.all(meters.map(async ({ name, probe }) => [name, await probe.stop()] as const));
    const memory = meters.map(({ name, memory: { samples } }) => [name, memoryCurve(samples)] as const);
    return { health: Object.fromEntries(health), memory: Object.fromEntries(memory), ended: ended() };
  };
  return { stop };
}
