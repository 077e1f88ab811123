import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import { program } from "./install.ts";
import { freePort, type N8n } from "./n8n.ts";
import { type Report, reportOf } from "./workflows.ts";

/** n8n's own server, with an owner who is signed in. */
export interface N8nServer {
  /** What n8n says of a credential, as the button in its form shows it. */
  testCredential(
    data: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: string; readonly message: string }>;
  /** Runs a workflow as the editor does, and returns the number of the run. */
  run(workflow: string, trigger: string): Promise<string>;
  /** Activates a workflow, which n8n calls publishing. Throws what n8n says if its trigger refuses. */
  activate(workflow: string): Promise<void>;
  deactivate(workflow: string): Promise<void>;
  /** The runs of a workflow that have ended, the first one first. */
  ended(workflow: string): Promise<readonly Report[]>;
  stop(): Promise<void>;
}

const Tested = z.object({ data: z.object({ status: z.string(), message: z.string() }) });

const Started = z.object({ data: z.object({ executionId: z.string() }) });
const Workflow = z.object({ data: z.object({ versionId: z.string() }) });
const Publication = z.object({
  data: z.object({ status: z.string(), triggers: z.array(z.object({ errorMessage: z.string().nullable() })) }),
});
const Runs = z.object({ data: z.object({ results: z.array(z.object({ id: z.string(), status: z.string() })) }) });
const RunData = z.object({ data: z.object({ status: z.string(), data: z.string() }) });

/** Reads the form in which n8n stores and sends runs. */
const flatted: { parse(text: string): unknown } = createRequire(program)("flatted");

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
  const reportOfRun = async (id: string): Promise<Report> => {
    const { status, data } = RunData.parse(await (await ask(`/executions/${id}`)).json()).data;
    return reportOf({ status, data: flatted.parse(data) });
  };
  /** Waits until n8n has told a workflow's triggers, and returns what those say that have failed. */
  const settled = async (workflow: string): Promise<readonly string[]> => {
    for (;;) {
      const { status, triggers } = Publication.parse(
        await (await ask(`/workflows/${workflow}/publication-status`)).json(),
      ).data;
      if (status !== "in_progress") return triggers.flatMap(({ errorMessage }) => errorMessage ?? []);
      await setTimeout(LOOK_MS);
    }
  };
  return {
    testCredential: async (data) => {
      const credentials = { id: "", name: "Florence Edge account", type: "florenceEdgeApi", data };
      return Tested.parse(await (await ask("/credentials/test", { credentials })).json()).data;
    },
    run: async (workflow, trigger) => {
      const started = await ask(`/workflows/${workflow}/run`, { triggerToStartFrom: { name: trigger } });
      return Started.parse(await started.json()).data.executionId;
    },
    activate: async (workflow) => {
      const { versionId } = Workflow.parse(await (await ask(`/workflows/${workflow}`)).json()).data;
      await ask(`/workflows/${workflow}/activate`, { versionId });
      const [fault] = await settled(workflow);
      if (fault !== undefined) throw new Error(fault);
    },
    deactivate: async (workflow) => {
      await ask(`/workflows/${workflow}/deactivate`, {});
      await settled(workflow);
    },
    ended: async (workflow) => {
      const filter = encodeURIComponent(JSON.stringify({ workflowId: workflow }));
      const { results } = Runs.parse(await (await ask(`/executions?filter=${filter}`)).json()).data;
      const ended = results.filter(({ status }) => status === "success" || status === "error");
      return Promise.all(ended.map(({ id }) => reportOfRun(id)).toReversed());
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}
