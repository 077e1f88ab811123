import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pythonTool, stripeMock } from "./install.ts";

/** A double of Stripe's API that runs. */
export interface Double extends AsyncDisposable {
  readonly url: string;
}

/** Looks at a double that starts, and the wait between two, in milliseconds. */
const LOOKS = 300;
const LOOK_MS = 100;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port is free.");
  return address.port;
}

/** Starts a program, and waits until something answers at its port. */
async function start(command: string, args: readonly string[], port: number): Promise<Double> {
  // localstripe keeps its state in the temporary folder.
  const folder = await mkdtemp(join(tmpdir(), "florence-edge-stripe-"));
  const child = spawn(command, args, { stdio: "ignore", env: { ...process.env, TMPDIR: folder } });
  const ended = once(child, "exit");
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  for (let look = 0; look < LOOKS; look += 1) {
    if (child.exitCode !== null) throw new Error(`${command} has ended.`);
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer !== undefined) return { url, [Symbol.asyncDispose]: stop };
    await sleep(LOOK_MS);
  }
  await stop();
  throw new Error(`${command} does not answer.`);
}

/** Starts stripe-mock. Both addresses are given: without the second it listens to everybody. */
export async function startStripeMock(): Promise<Double> {
  const [http, https] = [await freePort(), await freePort()];
  return start(stripeMock, ["-http-addr", `127.0.0.1:${http}`, "-https-addr", `127.0.0.1:${https}`], http);
}

/** localstripe's own command listens to everybody. */
const LOCALSTRIPE = `import sys
from aiohttp import web
from localstripe.server import app
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)`;

/** Starts localstripe, which keeps what it is given and sends signed events. */
export async function startLocalstripe(): Promise<Double> {
  const port = await freePort();
  return start(pythonTool("python"), ["-c", LOCALSTRIPE, String(port)], port);
}
