import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Delivery } from "../../src/contract/webhooks.ts";
import { readSecret, signatureFault } from "../../src/webhooks/signature.ts";
import { startKillable } from "./killable-api.ts";
import { type ReceivedEvent, startWebhookReceiver } from "./webhook-receiver.ts";

/** Longer than an attempt's lease and the resending of a lost message take. */
export const PATIENCE = { timeout: 90_000, interval: 100 };

/** A job whose end is told. */
export interface ToldJob {
  readonly id: string;
  readonly webhook_secret: string;
}

/** An API without accounts that can be killed, and a receiver. */
export async function startWebhookScene() {
  const storage = await mkdtemp(join(tmpdir(), "florence-edge-webhooks-"));
  const start = () => startKillable(storage, { ALLOW_HTTP_IMAGES: "true" });
  const receiver = await startWebhookReceiver();
  let api = await start();
  const picture = await readFile("test/pictures/street.jpg");
  const post = (query: string): Promise<Response> => {
    const url = new URL(`/v1/caption?async=true&${query}`, api.server.url);
    return fetch(url, { method: "POST", headers: { "content-type": "image/jpeg" }, body: picture });
  };
  const jsonAt = async (path: string) => (await fetch(new URL(path, api.server.url))).json();
  return {
    receiver,
    post,
    jsonAt,
    origin: (): string => api.server.url.origin,
    /** Asks for a caption whose end is told. */
    ask: async (query = "", path = "/"): Promise<ToldJob> =>
      (await post(`webhook=${encodeURIComponent(receiver.url + path)}${query}`)).json(),
    deliveryOf: async ({ id }: Pick<ToldJob, "id">): Promise<Delivery | undefined> =>
      (await jsonAt(`/v1/webhooks/deliveries?job=${id}`)).deliveries[0],
    kill: (): Promise<void> => api.kill(),
    start: async (): Promise<void> => {
      api = await start();
    },
    stop: async (): Promise<void> => {
      await api.server.stop().catch(() => {});
      await receiver[Symbol.asyncDispose]();
      await rm(storage, { recursive: true, force: true });
    },
  };
}

/** Whether an event was signed with a job's secret when it came. */
export async function isSignedFor({ body, headers, atMs }: ReceivedEvent, job: ToldJob): Promise<boolean> {
  const secrets = [readSecret(job.webhook_secret) ?? new Uint8Array()];
  return (await signatureFault(body, headers, { secrets, nowMs: atMs })) === undefined;
}
