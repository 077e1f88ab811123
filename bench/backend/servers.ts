import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { root } from "../../tools/serve.ts";
import type { WireName } from "./wires.ts";

/** One of the compared servers. */
interface Side {
  readonly wire: WireName;
  /** The command line; `threads` is the number of threads of one graph. */
  readonly command: (threads: number) => readonly [string, ...string[]];
}

/** A Python with the packages of `training/requirements.txt`. */
export const python = process.env["PYTHON"] ?? join(root, "training/.venv/bin/python");

const checkpoint = join(root, "training/build/checkpoint");
const huggingFace = join(root, "bench/backend/hugging-face-server.py");
const transformersJs = fileURLToPath(new URL("transformers-js-server.ts", import.meta.url));
const gpu = join(root, "functions/gpu.ts");

function ours(flags: string): Side {
  const fixed = [process.execPath, gpu, "--port", "0", "--threads"] as const;
  return { wire: "open-inference", command: (threads) => [...fixed, String(threads), ...flags.split(" ")] };
}

/** The compared servers by their printed names. */
const sides = {
  "Hugging Face": {
    wire: "plain",
    command: (threads) => [python, huggingFace, checkpoint, String(threads)],
  },
  "transformers.js": {
    wire: "plain",
    command: (threads) => [process.execPath, transformersJs, String(threads)],
  },
  "ours, no batches": ours("--feature-cache-mb 0 --max-batch 1 --max-rows 1 --window-ms 0"),
  ours: ours("--feature-cache-mb 0"),
  "ours, cache": ours("--feature-cache-mb 256"),
} as const satisfies Record<string, Side>;

/** A side's name. */
export type SideName = keyof typeof sides;

/** A running server. */
export interface Server {
  readonly wire: WireName;
  readonly url: string;
  readonly process: ChildProcess;
}

/** Starts a server and resolves when its model is loaded. Rejects if it exits instead. */
export async function start(name: SideName, threads: number): Promise<Server> {
  const { wire, command } = sides[name];
  const [program, ...flags] = command(threads);
  const child = spawn(program, flags, { stdio: ["ignore", "pipe", "inherit"] });
  const kill = (): void => void child.kill();
  process.once("exit", kill);
  child.once("exit", () => process.off("exit", kill));
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "close").then(() => {
    throw new Error(`${name} does not start: ${[program, ...flags].join(" ")}`);
  });
  const [line = ""]: string[] = await Promise.race([once(lines, "line"), ended]);
  // Avoids an unhandled rejection when the server is stopped later.
  ended.catch(() => {});
  lines.close();
  // A full pipe would block the server.
  child.stdout.resume();
  const { listening }: { listening: string } = JSON.parse(line);
  return { wire, url: listening, process: child };
}

/** Stops a server and resolves when its process has exited. */
export async function stop({ process: child }: Server): Promise<void> {
  const exited = once(child, "exit");
  child.kill();
  await exited;
}
