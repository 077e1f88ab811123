import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { root } from "../../tools/serve.ts";
import type { WireName } from "./wires.ts";

/** A server that can be started. */
interface Side {
  readonly wire: WireName;
  /** `threads` are those of one graph. */
  readonly command: (threads: number) => readonly [string, ...string[]];
}

/** A Python with what `training/requirements.txt` lists. */
export const python = process.env["PYTHON"] ?? join(root, "training/.venv/bin/python");

const checkpoint = join(root, "training/build/checkpoint");
const huggingFace = join(root, "bench/backend/hugging-face-server.py");
const transformersJs = fileURLToPath(new URL("transformers-js-server.ts", import.meta.url));
const gpu = join(root, "functions/gpu.ts");

function ours(flags: string): Side {
  const fixed = [process.execPath, gpu, "--port", "0", "--threads"] as const;
  return { wire: "open-inference", command: (threads) => [...fixed, String(threads), ...flags.split(" ")] };
}

/** Who takes part, by the name that is printed. */
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

/** A server that listens. */
export interface Server {
  readonly wire: WireName;
  readonly url: string;
  readonly process: ChildProcess;
}

/** Resolves once the model is loaded. Rejects where the server ends instead. */
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
  // It may end when it is told to.
  ended.catch(() => {});
  lines.close();
  // A full pipe would hold the server up.
  child.stdout.resume();
  const { listening }: { listening: string } = JSON.parse(line);
  return { wire, url: listening, process: child };
}

/** Resolves once it is gone. */
export async function stop({ process: child }: Server): Promise<void> {
  const gone = once(child, "exit");
  child.kill();
  await gone;
}
