import { setTimeout as sleep } from "node:timers/promises";
import type { BatchObject } from "../../src/contract/batches.ts";

/** Where requests are sent, and with whose key. */
export interface Api {
  readonly url: URL;
  readonly key: string;
  /** Resolves when the API takes requests. */
  readonly open: () => Promise<void>;
}

/** The wait before a request is sent again whose reply was lost, in milliseconds. */
const AGAIN_MS = 150;

/** How long a reply is waited for, in milliseconds. */
const NO_REPLY_MS = 60_000;

/** Sends a request until its reply comes whole with status 200: a reply that is lost is no reason to give up. Throws for a status that says that the request is wrong. */
export async function insist(api: Api, path: string, init: () => RequestInit = () => ({})): Promise<string> {
  for (;;) {
    await api.open();
    const given = init();
    const signal = AbortSignal.timeout(NO_REPLY_MS);
    const headers = new Headers(given.headers);
    headers.set("authorization", `Bearer ${api.key}`);
    const response = await fetch(new URL(path, api.url), { ...given, headers, signal }).catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (response?.status === 200 && text !== undefined) return text;
    // A reply that breaks off is asked for again, too.
    const isFinal = response !== undefined && response.status >= 400 && response.status < 429;
    if (isFinal && text !== undefined) throw new Error(`${path}: ${response.status} ${text}`);
    await sleep(AGAIN_MS);
  }
}

/** Sends a file for batches, and returns its id. */
export async function sendFile(api: Api, content: Blob): Promise<string> {
  const text = await insist(api, "/openai/v1/files", () => {
    const form = new FormData();
    form.set("purpose", "batch");
    form.set("file", content, "campaign.jsonl");
    return { method: "POST", body: form };
  });
  const { id }: { readonly id: string } = JSON.parse(text);
  return id;
}

function batchIn(text: string): BatchObject {
  const batch: BatchObject = JSON.parse(text);
  return batch;
}

/** Creates a batch; whoever has lost the reply sends the same again, with the same key. */
export async function createBatch(api: Api, body: object, idempotencyKey: string): Promise<BatchObject> {
  const headers = { "content-type": "application/json", "idempotency-key": idempotencyKey };
  return batchIn(
    await insist(api, "/openai/v1/batches", () => ({ method: "POST", headers, body: JSON.stringify(body) })),
  );
}

/** Returns a batch as it is. */
export async function getBatch(api: Api, id: string): Promise<BatchObject> {
  return batchIn(await insist(api, `/openai/v1/batches/${id}`));
}

/** Returns the lines of a file; none if there is no file. */
export async function linesOf(api: Api, file: string | null): Promise<readonly string[]> {
  if (file === null) return [];
  const text = await insist(api, `/openai/v1/files/${file}/content`);
  return text.split("\n").filter((line) => line !== "");
}
