import type { BatchObject } from "../../src/contract/batches.ts";
import type { Service } from "../../src/contract/service.ts";
import { tasks } from "../../src/florence/tasks.ts";
import type { AppOptions } from "../../src/http/app.ts";
import { createDialects } from "../../functions/dialects.ts";
import { batchIn, createBatchWorld, fileIn } from "./batch-world.ts";
import { fakeApp } from "./fake-service.ts";
import { createPaidWorld } from "./paid-app.ts";

const rows = Object.entries(tasks).map(([name, { summary, input, answers }]) => ({ name, summary, input, answers }));

/** What asks an application. */
interface Asked {
  readonly app: { request(path: string, init?: RequestInit): Response | Promise<Response> };
}

/** An application without accounts that has batches. */
export function batchApp(service: Partial<Service> = {}, more: Partial<AppOptions> = {}) {
  const world = createBatchWorld();
  const dialects = createDialects(world.time.now);
  const faked = fakeApp(service, { tasks: rows, dialects, batches: world.mount, ownCalls: world.ownCalls, ...more });
  world.answerWith(async (request) => faked.app.fetch(request));
  return { ...world, ...faked };
}

/** An application with accounts that has batches, over the whole flow in memory. `restart` begins with another isolate, after a kill. */
export function paidBatchApp() {
  const batches = createBatchWorld(Date.UTC(2026, 10, 30));
  const paid = createPaidWorld();
  const start = () => {
    const isolate = paid.isolate({ more: { batches: batches.mount, ownCalls: batches.ownCalls } });
    batches.answerWith(async (request) => isolate.app.fetch(request));
    return isolate;
  };
  return { batches, paid, ...start(), restart: start };
}

type Headers = Readonly<Record<string, string>>;

/** Sends a form as bytes: Node cannot cancel the stream that it makes of a form. */
export async function postForm({ app }: Asked, form: FormData, headers: Headers = {}): Promise<Response> {
  const encoded = new Response(form);
  const type = encoded.headers.get("content-type") ?? "";
  const body = await encoded.arrayBuffer();
  return app.request("/openai/v1/files", { method: "POST", headers: { "content-type": type, ...headers }, body });
}

/** Sends a file. */
export async function sendFile(asked: Asked, content: string, headers: Headers = {}): Promise<Response> {
  const form = new FormData();
  form.set("purpose", "batch");
  form.set("file", new Blob([content]), "lines.jsonl");
  return postForm(asked, form, headers);
}

/** Asks for a batch of a file. */
export async function sendBatch({ app }: Asked, body: object, headers: Headers = {}): Promise<Response> {
  const whole = { endpoint: "/v1/caption", completion_window: "24h", ...body };
  return app.request("/openai/v1/batches", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(whole),
  });
}

/** Sends a file, and asks for a batch of it. */
export async function createdBatch(
  asked: Asked,
  lines: readonly string[],
  { headers = {}, ...more }: { readonly headers?: Headers; readonly endpoint?: string } = {},
): Promise<BatchObject> {
  const file = await fileIn(await sendFile(asked, lines.join("\n"), headers));
  return batchIn(await sendBatch(asked, { input_file_id: file.id, ...more }, headers));
}

/** Returns a batch as it is. */
export async function batchAt({ app }: Asked, id: string, headers: Headers = {}): Promise<BatchObject> {
  return batchIn(await app.request(`/openai/v1/batches/${id}`, { headers }));
}

/** A line of an output or error file. */
export interface Result {
  readonly id: string;
  readonly custom_id: string | null;
  readonly response: { readonly status_code: number; readonly request_id: string; readonly body: unknown } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** The lines of a file; none if there is no file. */
export async function resultsIn(
  { app }: Asked,
  file: string | null,
  headers: Headers = {},
): Promise<readonly Result[]> {
  if (file === null) return [];
  const text = await (await app.request(`/openai/v1/files/${file}/content`, { headers })).text();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Result => JSON.parse(line));
}

/** The code of an error in OpenAI's shape, with its status. */
export async function refusalIn(response: Response): Promise<readonly [number, string]> {
  const { error }: { readonly error?: { readonly code: string } } = await response.json();
  return [response.status, error?.code ?? ""];
}
