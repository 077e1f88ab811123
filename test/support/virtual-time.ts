import { nextTask } from "./tiny-backend.ts";

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/** A clock that stands still until it is moved, with timers that ring on the way. */
export function virtualTime(startMs: number) {
  let nowMs = startMs;
  const timers = new Set<Timer>();
  const after = (milliseconds: number, run: () => void) => {
    const timer = { atMs: nowMs + milliseconds, run };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const every = (milliseconds: number, run: () => void) => {
    let stop: (() => void) | undefined;
    const again = (): void => {
      stop = after(milliseconds, () => {
        again();
        run();
      });
    };
    again();
    return () => stop?.();
  };
  /** Moves the clock to a time. What rings on the way is given time to run. */
  const moveTo = async (untilMs: number): Promise<void> => {
    for (;;) {
      await nextTask();
      const [next] = [...timers].toSorted((one, other) => one.atMs - other.atMs);
      if (next === undefined || next.atMs > untilMs) break;
      timers.delete(next);
      nowMs = Math.max(nowMs, next.atMs);
      next.run();
    }
    nowMs = Math.max(nowMs, untilMs);
    await nextTask();
  };
  return { now: () => nowMs, after, every, moveTo, pass: (milliseconds: number) => moveTo(nowMs + milliseconds) };
}
