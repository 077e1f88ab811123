import type { BackendTimings, GenerationEvent } from "../inference/backend.ts";

/** Measures how long each stage of one request takes, without gaps between the stages. */
export interface BackendTimer {
  /** Attributes the time since the previous call, or since creation, to `stage`. */
  end(stage: keyof BackendTimings): void;
  /** Milliseconds for each stage, up to the last call of `end`. */
  timings(): BackendTimings;
}

/** Creates a timer that starts now. `now` returns milliseconds. */
export function createBackendTimer(now: () => number): BackendTimer {
  const timings: { -readonly [Stage in keyof BackendTimings]: number } = {};
  let stageStart = now();
  return {
    end: (stage) => {
      const stageEnd = now();
      timings[stage] = (timings[stage] ?? 0) + stageEnd - stageStart;
      stageStart = stageEnd;
    },
    timings: () => ({ ...timings }),
  };
}

/** Adds the request's timings to each `done` event. The time since the last call of `end` counts as `decode`. */
export function withTimings(
  emit: (event: GenerationEvent) => void,
  timer: BackendTimer,
): (event: GenerationEvent) => void {
  return (event) => {
    if (event.type === "done") timer.end("decode");
    emit(event.type === "done" ? { ...event, timings: timer.timings() } : event);
  };
}
