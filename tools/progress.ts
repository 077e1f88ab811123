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
