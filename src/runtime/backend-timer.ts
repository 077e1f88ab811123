import type { BackendTimings, GenerationEvent } from "../inference/backend.ts";

/** Parts the time of one request into its stages, without a gap. */
export interface BackendTimer {
  /** All time since the last lap was the stage's. */
  end(stage: keyof BackendTimings): void;
  /** Milliseconds by stage until the last lap. */
  timings(): BackendTimings;
}

/** Begins to count. */
export function createBackendTimer(now: () => number): BackendTimer {
  const timings: { -readonly [Stage in keyof BackendTimings]: number } = {};
  let begun = now();
  return {
    end: (stage) => {
      const ended = now();
      timings[stage] = (timings[stage] ?? 0) + ended - begun;
      begun = ended;
    },
    timings: () => ({ ...timings }),
  };
}

/** Puts the request's times on what is finished: what was done since the last lap was writing. */
export function withTimings(
  emit: (event: GenerationEvent) => void,
  timer: BackendTimer,
): (event: GenerationEvent) => void {
  return (event) => {
    if (event.type === "done") timer.end("decode");
    emit(event.type === "done" ? { ...event, timings: timer.timings() } : event);
  };
}
