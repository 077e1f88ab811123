import type { Connection } from "./call.ts";

/** The platform's `fetch`, clock and random numbers, the same in browsers, Workers and Node. No other file of the client uses these globals. */
export const platform: Pick<Connection, "fetch" | "now" | "sleep" | "random"> = {
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      const stop = (): void => {
        clearTimeout(timer);
        resolve();
      };
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    }),
};
