import { Interrupted, PullError } from "./pull-error.ts";

/** The limit of consecutive attempts without progress; with the delays between them, half a minute without a network. */
export const MAX_FAILURES = 6;

/** The first delay in milliseconds; each further delay is twice as long. */
const FIRST_DELAY_MS = 1000;

/** What `retrying` needs: a sleep function and a log. */
export interface Retries {
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Prints a line at the terminal. */
  readonly note: (text: string) => void;
}

const hints = "Check the network; behind a proxy set NODE_USE_ENV_PROXY=1 and HTTPS_PROXY; --hub takes a mirror.";

/**
 * Runs `work` again while it throws `Interrupted`. `progress` returns how far the work is; only attempts without progress
 * count. Throws `PullError` after `MAX_FAILURES` of them in a row.
 */
export async function retrying<Result>(
  { sleep, note }: Retries,
  work: () => Promise<Result>,
  progress: () => number = () => 0,
): Promise<Result> {
  let [failures, furthest] = [0, progress()];
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      failures = progress() > furthest ? 1 : failures + 1;
      furthest = Math.max(furthest, progress());
      if (failures === MAX_FAILURES) {
        throw new PullError(`${error.message}. Given up after ${MAX_FAILURES} attempts without progress. ${hints}`);
      }
      const delay = Math.max(FIRST_DELAY_MS * 2 ** (failures - 1), error.afterMs);
      note(`${error.message}; again in ${delay / 1000} s`);
      await sleep(delay);
    }
  }
}
