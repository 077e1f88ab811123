import { Interrupted } from "./pull-error.ts";

/** Watches one request: its signal is aborted with an `Interrupted` when nobody calls `beat` for so many milliseconds. */
export function stallWatch(milliseconds: number) {
  const controller = new AbortController();
  const stalled = () => controller.abort(new Interrupted(`nothing came for ${milliseconds / 1000} s`));
  const timer = setTimeout(stalled, milliseconds);
  return {
    signal: controller.signal,
    beat: (): void => void timer.refresh(),
    /** To be called whatever happened: closes the connection if bytes are left in it. */
    end: (): void => {
      clearTimeout(timer);
      controller.abort();
    },
  };
}
