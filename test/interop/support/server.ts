import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createInferenceClient } from "../../../src/inference/protocol/client.ts";

/** The startup timeout in ms: Triton with PyTorch took 40 s on a busy machine with two cores. */
const READY_MS = 180_000;

/** How long a server may take to exit before it is killed, in ms. */
const STOP_MS = 20_000;

const POLL_MS = 250;

/** A running third-party server. */
export interface ForeignServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Returns a port that is free at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new TypeError("The system gave no port.");
  return address.port;
}

/** Creates a client as the API's own adapters do. */
export function clientOf(url: string) {
  return createInferenceClient({
    url,
    fetch: (address, init) => fetch(address, init),
    now: Date.now,
    random: Math.random,
    sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
    // Long, because everything shares two cores here.
    timeouts: { callMs: 240_000, probeMs: 5000 },
  });
}

async function isReady(url: string): Promise<boolean> {
  return fetch(new URL("/v2/health/ready", url)).then(
    ({ ok }) => ok,
    () => false,
  );
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = new AbortController();
  void setTimeout(STOP_MS, undefined, { signal: late.signal }).then(
    () => child.kill("SIGKILL"),
    () => {},
  );
  await ended;
  late.abort();
}

/** Starts `command` with the port as its last argument and waits until it is ready. Throws an error with its output if it does not become ready. */
export async function startServer(command: string, arguments_: readonly string[]): Promise<ForeignServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, PATH: `${dirname(command)}:/usr/bin:${process.env["PATH"] ?? ""}` };
  const child = spawn(command, [...arguments_, String(port)], { env });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-20_000)));
  }
  // Covers an interrupted run too.
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  for (const until = Date.now() + READY_MS; !(await isReady(url));) {
    if (hasEnded(child) || Date.now() > until) {
      await stop(child);
      throw new Error(`${command} ${arguments_.join(" ")} did not become ready:\n${printed}`);
    }
    await setTimeout(POLL_MS);
  }
  return {
    url,
    stop: async () => {
      process.off("exit", kill);
      await stop(child);
    },
  };
}
