import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { root } from "../../tools/serve.ts";
import type { Workerd } from "./workerd.ts";

const icon = await readFile(join(root, "test/vectors/mini/pictures/06-200x180.png"));

/** How many requests are sent, and for how long. */
interface Extent {
  readonly seconds: number;
  readonly concurrency: number;
}

/** Numbers of questions: each is asked once in a run, whatever was asked before. */
let asked = 0;

function question(server: Workerd, authorization: string | undefined): Promise<Response> {
  asked += 1;
  const url = new URL(`/v1/caption-to-phrase-grounding?text=thing+${asked}`, server.url);
  const headers = { "content-type": "image/png", ...(authorization === undefined ? {} : { authorization }) };
  return fetch(url, { method: "POST", headers, body: icon });
}

/** Calls `send` for some seconds, several at a time, and returns the number of answers in a second. Throws unless all are 200. */
async function perSecond(send: () => Promise<Response>, { seconds, concurrency }: Extent): Promise<number> {
  const started = performance.now();
  let answers = 0;
  const work = async (): Promise<void> => {
    while (performance.now() - started < seconds * 1000) {
      const response = await send();
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text}`);
      answers += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return answers / ((performance.now() - started) / 1000);
}

/** Asks different questions, with a key if there are accounts, and returns the number of answers in a second. */
export function missesPerSecond(server: Workerd, extent: Extent, authorization?: string): Promise<number> {
  return perSecond(() => question(server, authorization), extent);
}

/** Returns how often in a second a bare object adds one to a row, driven in the same way. */
export function incrementsPerSecond(server: Workerd, extent: Extent): Promise<number> {
  return perSecond(() => fetch(server.url), extent);
}

const Driven = z.object({ calls: z.number(), milliseconds: z.number() });

/** Returns how often in a second the Worker of a server calls its object from inside, as `drive` does it. */
export async function drivenPerSecond(server: Workerd, { seconds, concurrency }: Extent): Promise<number> {
  const response = await fetch(new URL(`/drive?seconds=${seconds}&concurrency=${concurrency}`, server.url));
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  const { calls, milliseconds } = Driven.parse(await response.json());
  return calls / (milliseconds / 1000);
}
