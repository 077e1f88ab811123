/** How often the line is drawn again, in milliseconds: often enough to look alive. */
const REDRAW_MS = 100;

/** Runs `work` behind a progress line on stderr that counts the seconds; where stderr is no terminal, the line is written once. */
export async function withProgress<Result>(label: string, work: Promise<Result>): Promise<Result> {
  const started = performance.now();
  const line = () => `${label} ${((performance.now() - started) / 1000).toFixed(1)} s`;
  const timer = process.stderr.isTTY ? setInterval(() => process.stderr.write(`\r${line()}`), REDRAW_MS) : undefined;
  const finish = (how: string) => {
    clearInterval(timer);
    process.stderr.write(`${process.stderr.isTTY ? "\r" : ""}${line()}${how}\n`);
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
