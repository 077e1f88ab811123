import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** Where a question is asked and answered. */
export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/** Asks a question once; only "y" and "yes" are a yes, and the end of the input is a no. */
export function isConfirmed(question: string, { input, output }: Terminal): Promise<boolean> {
  // `terminal: false` leaves the terminal as it is, so that Ctrl+C stays a signal.
  const lines = createInterface({ input, output, terminal: false });
  return new Promise((resolve) => {
    const onEnd = () => {
      output.write("\n");
      resolve(false);
    };
    lines.once("close", onEnd);
    lines.question(`${question} [y/N] `, (answer) => {
      lines.off("close", onEnd).close();
      resolve(/^y(?:es)?$/iu.test(answer.trim()));
    });
  });
}
