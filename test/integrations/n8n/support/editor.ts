import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import { program } from "./install.ts";
import { type Report, reportOf } from "./workflows.ts";

/** Sends a request to n8n's own interface, as its owner: POST with a body, GET without one. Throws what n8n answers if it refuses. */
export type AskN8n = (path: string, body?: object) => Promise<Response>;

/** What the owner of n8n's own server does in the editor. */
export interface Editor {
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

/** Milliseconds between two looks at what n8n does in the background. */
const LOOK_MS = 250;

async function reportOfRun(ask: AskN8n, id: string): Promise<Report> {
  const { status, data } = RunData.parse(await (await ask(`/executions/${id}`)).json()).data;
  return reportOf({ status, data: flatted.parse(data) });
}

/** Waits until n8n has told a workflow's triggers, and returns what those say that have failed. */
async function settled(ask: AskN8n, workflow: string): Promise<readonly string[]> {
  for (;;) {
    const reply = await ask(`/workflows/${workflow}/publication-status`);
    const { status, triggers } = Publication.parse(await reply.json()).data;
    if (status !== "in_progress") return triggers.flatMap(({ errorMessage }) => errorMessage ?? []);
    await setTimeout(LOOK_MS);
  }
}

/** Returns the editor of a server. */
export function createEditor(ask: AskN8n): Editor {
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
      const [fault] = await settled(ask, workflow);
      if (fault !== undefined) throw new Error(fault);
    },
    deactivate: async (workflow) => {
      await ask(`/workflows/${workflow}/deactivate`, {});
      await settled(ask, workflow);
    },
    ended: async (workflow) => {
      const filter = encodeURIComponent(JSON.stringify({ workflowId: workflow }));
      const { results } = Runs.parse(await (await ask(`/executions?filter=${filter}`)).json()).data;
      const done = results.filter(({ status }) => status === "success" || status === "error");
      return Promise.all(done.map(({ id }) => reportOfRun(ask, id)).toReversed());
    },
  };
}
