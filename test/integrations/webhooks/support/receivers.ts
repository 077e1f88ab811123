import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { goReceiver } from "./install.ts";

const here = join(import.meta.dirname, "..");

/** The receivers, by the language of their library: how each is run. */
export const receivers: Readonly<Record<string, readonly string[]>> = {
  "standardwebhooks of npm": [process.execPath, join(here, "support/receiver.mjs")],
  "standardwebhooks of PyPI": [join(here, ".venv/bin/python"), join(here, "support/receiver.py")],
  "standard-webhooks of Go": [goReceiver],
};

/** What a receiver says of a request: the event's id, why its library refuses it (empty: it does not), and what it answered. */
interface Verdict {
  readonly id: string;
  readonly fault: string;
  readonly status: number;
}

/** A receiver that runs. It answers the first attempt of each event with 500. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly verdicts: readonly Verdict[];
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port is free.");
  return address.port;
}

/** Starts a receiver that knows one secret. */
export async function startReceiver(name: string, secret: string, port: number): Promise<Receiver> {
  const [command = "", ...given] = receivers[name] ?? [];
  const env = { ...process.env, SECRET: secret, PORT: String(port) };
  const child = spawn(command, given, { env, stdio: ["ignore", "pipe", "inherit"] });
  const verdicts: Verdict[] = [];
  const lines = createInterface({ input: child.stdout });
  const ready = once(lines, "line");
  await ready;
  lines.on("line", (line) => void verdicts.push(JSON.parse(line)));
  return {
    url: `http://127.0.0.1:${port}/`,
    verdicts,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
