import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { samplesOf } from "./serving-samples.ts";

const program = join(import.meta.dirname, "../../functions/gpu.ts");

/** The result of a program that has ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(flags: readonly string[], nodeFlags: readonly string[] = []) {
  const child = spawn(process.execPath, [...nodeFlags, program, ...flags], { stdio: ["ignore", "pipe", "pipe"] });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding("utf8").on("data", (text: string) => out.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => err.push(text));
  const ended = once(child, "close").then(([status]: (number | null)[]): Ended => {
    return { status: status ?? null, stdout: out.join(""), stderr: err.join("") };
  });
  return { child, ended };
}

/** Runs the GPU backend until it exits by itself. */
export function runGpu(...flags: readonly string[]): Promise<Ended> {
  return start(flags).ended;
}

/** Starts a GPU backend; it is killed at the latest when the test ends. */
export async function gpuProcess(flags: readonly string[] = [], nodeFlags: readonly string[] = []) {
  const { child, ended } = start(["--port", "0", "--threads", "1", ...flags], nodeFlags);
  const pid = child.pid ?? 0;
  const [first]: string[] = await once(createInterface(child.stdout), "line");
  const { listening: url }: { readonly listening: string } = JSON.parse(first ?? "{}");
  const metrics = async () => samplesOf(await (await fetch(new URL("/metrics", url))).text());
  return {
    url,
    ended,
    metrics,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Closes the reading end of its log. */
    stopReading: () => void child.stdout.destroy(),
    /** Returns the number of open files and sockets, and the resident memory in megabytes. */
    holds: async () => {
      const status = await readFile(`/proc/${pid}/status`, "utf8");
      const files = (await readdir(`/proc/${pid}/fd`)).length;
      return { files, megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 };
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** A running GPU backend. */
export type GpuProcess = Awaited<ReturnType<typeof gpuProcess>>;

/** Polls the metrics without delay until the sample satisfies `isIt`; the test's timeout ends an endless wait. */
export async function waitForSample(gpu: GpuProcess, name: string, isIt: (value: number) => boolean): Promise<void> {
  while (!isIt((await gpu.metrics())[name] ?? NaN)) await new Promise((resolve) => setImmediate(resolve));
}
