import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import { program } from "./install.ts";
import { freePort, type N8n } from "./n8n.ts";

/** n8n's own server, with an owner who is signed in. */
export interface N8nServer {
  /** What n8n says of a credential, as the button in its form shows it. */
  testCredential(
    data: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: string; readonly message: string }>;
  stop(): Promise<void>;
}

const Tested = z.object({ data: z.object({ status: z.string(), message: z.string() }) });

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
  const env = { ...n8n.env, N8N_PORT: String(port), N8N_LISTEN_ADDRESS: "127.0.0.1" };
  const child = spawn(process.execPath, [program, "start"], { env, cwd: n8n.folder, stdio: "ignore" });
  const ended = once(child, "exit");
  const origin = `http://127.0.0.1:${port}`;
  await untilReady(origin, () => child.exitCode !== null);
  const post = (path: string, body: object, cookie = "") => {
    const headers = { "content-type": "application/json", cookie };
    return fetch(`${origin}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  };
  const owner = { email: "owner@example.com", firstName: "A", lastName: "B", password: "Password123" };
  const signedUp = await post("/rest/owner/setup", owner);
  if (!signedUp.ok) throw new Error(`n8n: ${signedUp.status} ${await signedUp.text()}`);
  const cookies = signedUp.headers.getSetCookie();
  const cookie = cookies.map((line) => line.split(";")[0]).join("; ");
  return {
    testCredential: async (data) => {
      const credentials = { id: "", name: "Florence Edge account", type: "florenceEdgeApi", data };
      const response = await post("/rest/credentials/test", { credentials }, cookie);
      if (!response.ok) throw new Error(`n8n: ${response.status} ${await response.text()}`);
      return Tested.parse(await response.json()).data;
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
