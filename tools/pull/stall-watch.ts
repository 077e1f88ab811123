import { Interrupted } from "./pull-error.ts";

/** Watches one request: aborts its signal with an `Interrupted` if `beat` is not called for this many milliseconds. */
export function stallWatch(milliseconds: number) {
  const controller = new AbortController();
  const stalled = () => controller.abort(new Interrupted(`nothing came for ${milliseconds / 1000} s`));
  const timer = setTimeout(stalled, milliseconds);
  return {
    signal: controller.signal,
    beat: (): void => void timer.refresh(),
    /** Must always be called at the end; closes the connection if it still has unread bytes. */
    end: (): void => {
      clearTimeout(timer);
      controller.abort();
    },
  };
}
