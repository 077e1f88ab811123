import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { root } from "../serve.ts";
import type { HogOrder, HogReport } from "./hog-process.ts";
import type { HogTally } from "./observation.ts";

/** How long a hog may take to say what it got, in milliseconds. Then it is killed. */
const MAX_LEAVING_MS = 3000;

/** A hog in its own process, which has not begun. */
export interface Hog {
  begin(): void;
  /** Ends it, and with it all its connections, and resolves with what it got. */
  leave(): Promise<HogTally>;
}

/** Starts the process of a hog. Resolves when it could begin. */
export async function startHog(order: HogOrder): Promise<Hog> {
  const child = fork(join(root, "tools/load/hog-process.ts"), [JSON.stringify(order)]);
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  const exited = once(child, "exit");
  const ended = exited.then((): never => {
    throw new Error("The hog ended; what it says is above.");
  });
  // Avoids an unhandled rejection; `leave` reports it.
  ended.catch(() => {});
  await Promise.race([once(child, "message"), ended]);
  const leave = async (): Promise<HogTally> => {
    const timer = setTimeout(kill, MAX_LEAVING_MS);
    child.send("leave");
    const [report]: HogReport[] = await Promise.race([once(child, "message"), ended]);
    await exited;
    clearTimeout(timer);
    process.off("exit", kill);
    if (report?.type !== "left") throw new Error("The hog did not say what it got.");
    return report.tally;
  };
  return { begin: () => void child.send("begin"), leave };
}
