import { readFile } from "node:fs/promises";
import * as z from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSecret, signEvent, type WebhookSecret } from "../../../src/webhooks/signature.ts";
import { startServer } from "../../../tools/ready-server.ts";
import type { Server } from "../../../tools/serve.ts";
import { type PaidApi, PICTURE, startPaidApi } from "../compat/support/api.ts";
import { type FileServer, startFiles } from "../no-code/file-server.ts";
import { type N8n, openN8n } from "./support/n8n.ts";
import { type N8nServer, startN8n } from "./support/server.ts";
import { importCredentials, importWorkflows } from "./support/workflows.ts";

const PATIENCE = { timeout: 60_000, interval: 250 };
const ALLOWED = { ALLOW_HTTP_IMAGES: "true" };
const OPEN = "florenceEdge0001";
/** The example's trigger with another credential, and an address of its own. */
const triggerOf = (id: string, credential: string) => {
  const changes = { [OPEN]: credential, '"webhookId": "': `"webhookId": "${id}-` };
  return { file: "trigger", id, changes };
};

let [n8n, server, open, paid, files]: [N8n?, N8nServer?, Server?, PaidApi?, FileServer?] = [];
let secret = "";
let street: Uint8Array<ArrayBuffer>;

/** Asks the API with accounts. */
async function ask(path: string, init: RequestInit = {}): Promise<unknown> {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${paid?.rich}`);
  const response = await fetch(new URL(path, paid?.origin), { ...init, headers });
  return response.json();
}

beforeAll(async () => {
  [n8n, open, paid, files, street] = await Promise.all([
    openN8n(),
    startServer({ port: 0, variables: ALLOWED }),
    startPaidApi(ALLOWED),
    startFiles(),
    readFile(PICTURE),
  ]);
  ({ secret } = z.object({ secret: z.string() }).parse(await ask("/v1/webhooks/secret", { method: "POST" })));
  await importCredentials(n8n, {
    [OPEN]: { baseUrl: open.url.origin, apiKey: "" },
    paid000000000001: { baseUrl: paid.origin, apiKey: paid.rich, webhookSecret: ` ${secret}` },
    noSecret00000001: { baseUrl: paid.origin, apiKey: paid.rich },
    noAccount0000001: { baseUrl: open.url.origin, apiKey: "", webhookSecret: secret },
  });
  await importWorkflows(n8n, { files: files.origin, api: open.url.origin }, [
    { file: "later-wait-node" },
    triggerOf("trigger", "paid000000000001"),
    triggerOf("no-secret", "noSecret00000001"),
    triggerOf("no-account", "noAccount0000001"),
  ]);
  server = await startN8n(n8n);
});
afterAll(async () => {
  files?.stop();
  await server?.stop();
  await Promise.all([n8n?.stop(), open?.stop(), paid?.stop()]);
});

const Item = z.record(z.string(), z.unknown());

/** The items of the last nodes of a workflow's runs, once there are so many. */
async function outputsOf(workflow: string, runs: number) {
  await expect.poll(async () => (await server?.ended(workflow))?.length, PATIENCE).toBe(runs);
  const reports = (await server?.ended(workflow)) ?? [];
  return reports.map(({ status, outputs }) => ({ status, json: outputs[0]?.map(({ json }) => Item.parse(json)) }));
}

const List = z.object({
  webhooks: z.array(z.object({ id: z.string(), url: z.string(), events: z.array(z.string()) })),
});
const webhooks = async () => List.parse(await ask("/v1/webhooks")).webhooks;

const askStreet = (path: string) =>
  ask(path, { method: "POST", headers: { "content-type": "image/jpeg" }, body: street });

/** Sends an event of this test to the trigger. */
async function send(id: string, key: WebhookSecret | undefined, type = "job.succeeded") {
  const [webhook] = await webhooks();
  const body = JSON.stringify({ type, timestamp: "2026-12-01T00:00:00Z", data: { id } });
  const headers = await signEvent({ id, body, nowMs: Date.now() }, key === undefined ? [] : [key]);
  const init = { method: "POST", headers: { ...headers, "content-type": "application/json" }, body };
  return (await fetch(webhook?.url ?? "", init)).status;
}

describe("in n8n, a Wait node", () => {
  it("goes on with the job that was told to its address", async () => {
    await server?.run("later-wait-node", "Start");
    const init = { method: "POST", headers: { "content-type": "image/jpeg" }, body: street };
    const url = new URL("/v1/caption?format=flat", open?.url);
    const { type: _type, ...answer } = Item.parse(await (await fetch(url, init)).json());
    const [run] = await outputsOf("later-wait-node", 1);
    expect(run?.status).toBe("success");
    expect(run?.json).toMatchObject([{ ...answer, type: "job.succeeded", status: "succeeded" }]);
  });
});

describe("in n8n, the trigger", () => {
  it("registers its address when its workflow is activated", async () => {
    await server?.activate("trigger");
    expect(await webhooks()).toMatchObject([{ events: ["job.failed", "job.succeeded"] }]);
  });

  it("starts the workflow with a job that has ended", async () => {
    await askStreet("/v1/caption?async=true");
    const [run] = await outputsOf("trigger", 1);
    const job = { type: "job.succeeded", status: "succeeded", task: "caption", problem: null };
    expect(run).toMatchObject({ status: "success", json: [{ ...job, result: await askStreet("/v1/caption") }] });
  });

  it("starts it once for an event that comes twice, and not for one that is forged or a test", async () => {
    const key = readSecret(secret);
    expect(await send("msg_once", key)).toBe(200);
    expect(await send("msg_once", key)).toBe(200);
    expect(await send("msg_forged", new Uint8Array(32))).toBe(401);
    expect(await send("msg_unsigned", undefined)).toBe(401);
    expect(await send("msg_test", key, "webhook.test")).toBe(200);
    expect(await send("msg_last", key)).toBe(200);
    const runs = await outputsOf("trigger", 3);
    expect(runs.slice(1).flatMap(({ json }) => json?.map(({ id }) => id))).toEqual(["msg_once", "msg_last"]);
  });

  it("is told by the API's test event that its secret is right", async () => {
    const [webhook] = await webhooks();
    const init = { method: "POST", headers: { "content-type": "application/json" } };
    const tested = await ask("/v1/webhooks/test", { ...init, body: JSON.stringify({ webhook: webhook?.id }) });
    expect(tested).toMatchObject({ status: "delivered", last_status: 200 });
  });

  it("removes its address when its workflow is deactivated", async () => {
    await server?.deactivate("trigger");
    expect(await webhooks()).toEqual([]);
  });

  it.each([
    ["without a secret in the credential", "no-secret", /The credential has no Webhook Secret/u],
    ["at an API without accounts", "no-account", /Webhooks of all jobs need an account/u],
  ])("refuses to be activated %s", async (_, workflow, message) => {
    await expect(server?.activate(workflow)).rejects.toThrow(message);
  });
});
