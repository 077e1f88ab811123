/** The redraw interval of the line in milliseconds. */
const REDRAW_MS = 100;

/** Shows a progress line on stderr that counts seconds until `work` settles; if stderr is not a terminal, the line is printed once. */
export async function withProgress<Result>(label: string, work: Promise<Result>): Promise<Result> {
  const started = performance.now();
  const line = () => `${label} ${((performance.now() - started) / 1000).toFixed(1)} s`;
  const timer = process.stderr.isTTY ? setInterval(() => process.stderr.write(`\r${line()}`), REDRAW_MS) : undefined;
  const finish = (suffix: string) => {
    clearInterval(timer);
    process.stderr.write(`${process.stderr.isTTY ? "\r" : ""}${line()}${suffix}\n`);
  };
  try {
    const result = await work;
    finish("");
    return result;
  } catch (error) {
    finish(", failed");
    throw error;
  }
}

/** Cells of a bar. */
const BAR_CELLS = 24;

/** Returns the line of a bar. */
function barLine(done: number, total: number, failed: number, seconds: number): string {
  const filled = Math.floor((done / total) * BAR_CELLS);
  const rate = done / Math.max(seconds, 0.001);
  const left = done === 0 ? "" : `, ${Math.ceil((total - done) / rate)} s left`;
  const bar = "█".repeat(filled) + "░".repeat(BAR_CELLS - filled);
  return `${bar} ${done} of ${total}${failed === 0 ? "" : `, ${failed} with a problem`}, ${rate.toFixed(1)}/s${left}`;
}

/** Shows a bar on stderr that counts what is done; if stderr is not a terminal, one line at the end. */
export function countProgress(total: number) {
  const started = performance.now();
  let done = 0;
  let failed = 0;
  const line = () => barLine(done, total, failed, (performance.now() - started) / 1000);
  const draw = () => process.stderr.write(`\r${line()}\u{1B}[K`);
  const timer = process.stderr.isTTY ? setInterval(draw, REDRAW_MS) : undefined;
  return {
    /** Counts one more, and prints what it was; `withProblem` is how many of all have failed so far. */
    step: (withProblem: number, what: string) => {
      done += 1;
      failed = withProblem;
      // On a terminal the bar gives its line up, and is drawn again below.
      if (process.stderr.isTTY) process.stderr.write("\r\u{1B}[K");
      console.log(what);
    },
    end: () => {
      clearInterval(timer);
      process.stderr.write(`${process.stderr.isTTY ? "\r" : ""}${line()}${process.stderr.isTTY ? "\u{1B}[K" : ""}\n`);
    },
  };
}
