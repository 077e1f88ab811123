import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { createEditor, type Editor } from "./editor.ts";
import { program } from "./install.ts";
import { freePort, type N8n } from "./n8n.ts";

/** n8n's own server, with an owner who is signed in. */
export interface N8nServer extends Editor {
  stop(): Promise<void>;
}

/** Milliseconds between two looks whether it is ready. */
const LOOK_MS = 250;

async function untilReady(origin: string, hasEnded: () => boolean): Promise<void> {
  for (;;) {
    if (hasEnded()) throw new Error("n8n has ended.");
    const response = await fetch(`${origin}/healthz/readiness`).catch(() => undefined);
    if (response?.ok === true) return;
    await setTimeout(LOOK_MS);
  }
}

/** Starts n8n's server, and makes its owner. */
export async function startN8n(n8n: N8n): Promise<N8nServer> {
  const port = await freePort();
  const env = {
    ...n8n.env,
    N8N_PORT: String(port),
    N8N_LISTEN_ADDRESS: "127.0.0.1",
    WEBHOOK_URL: `http://127.0.0.1:${port}/`,
  };
  const child = spawn(process.execPath, [program, "start"], { env, cwd: n8n.folder, stdio: "ignore" });
  const ended = once(child, "exit");
  const origin = `http://127.0.0.1:${port}`;
  await untilReady(origin, () => child.exitCode !== null);
  let cookie = "";
  const ask = async (path: string, body?: object): Promise<Response> => {
    const headers = { "content-type": "application/json", cookie };
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(`${origin}/rest${path}`, { headers, ...init });
    if (!response.ok) throw new Error(`n8n: ${response.status} ${await response.text()}`);
    return response;
  };
  const owner = { email: "owner@example.com", firstName: "A", lastName: "B", password: "Password123" };
  const cookies = (await ask("/owner/setup", owner)).headers.getSetCookie();
  cookie = cookies.map((line) => line.split(";")[0]).join("; ");
  return {
    ...createEditor(ask),
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
