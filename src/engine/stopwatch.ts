/**
 * Durations in milliseconds. `queue`: until the first graph starts; `encode`: then until all prompts are encoded; `decode`: then until all
 * generations are finished.
 */
export interface StageTimes {
  readonly queue: number;
  readonly encode: number;
  readonly decode: number;
}

/** Records when the stages of a job start and end. `now` is in milliseconds. */
export function createStopwatch(now: () => number) {
  const submittedAt = now();
  let startedAt: number | undefined;
  let encodedAt: number | undefined;
  return {
    begin: () => void (startedAt ??= now()),
    finishEncoding: () => void (encodedAt = now()),
    times: (): StageTimes => {
      const [end, start] = [now(), startedAt ?? submittedAt];
      return { queue: start - submittedAt, encode: (encodedAt ?? end) - start, decode: end - (encodedAt ?? end) };
    },
  };
}

/** The stopwatch of one job. */
export type Stopwatch = ReturnType<typeof createStopwatch>;
