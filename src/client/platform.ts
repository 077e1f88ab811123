import type { Connection } from "./call.ts";

/** The platform's own fetch, time and chance, which are the same in browsers, Workers and Node: the one place of this client that reaches for them. */
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
