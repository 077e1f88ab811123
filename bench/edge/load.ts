import { spawn } from "node:child_process";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { processorTime } from "../backend/processor-time.ts";
import type { Workerd } from "./workerd.ts";

/** One request, asked again and again. */
export interface Question {
  readonly path: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/** What a server did under load. */
export interface Load {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The cores' time for one answer. */
  readonly processorMs: number;
}

const Report = z.object({
  requests: z.object({ average: z.number(), total: z.number() }),
  latency: z.object({ p50: z.number(), p99: z.number() }),
  "2xx": z.number(),
  non2xx: z.number(),
  errors: z.number(),
});

const generator = fileURLToPath(new URL("generator.ts", import.meta.url));

async function report(order: object): Promise<z.infer<typeof Report>> {
  const child = spawn(process.execPath, [generator], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(order));
  return Report.parse(await json(child.stdout));
}

/** Asks for `seconds` with `concurrency` requests under way. Throws where any answer is not the one hoped for: an error is quickly sent. */
export async function load(
  { url, process: { pid } }: Workerd,
  question: Question,
  { seconds, concurrency }: { readonly seconds: number; readonly concurrency: number },
): Promise<Load> {
  const before = await processorTime(pid);
  const { path, method, headers, body = new Uint8Array() } = question;
  const order = { url: new URL(path, url).href, method, headers, connections: concurrency, duration: seconds };
  const result = await report({ ...order, body: Buffer.from(body).toString("base64") });
  const after = await processorTime(pid);
  if (result.non2xx > 0 || result.errors > 0 || result["2xx"] === 0) {
    throw new Error(`${question.path}: ${result["2xx"]} answers, ${result.non2xx} refusals, ${result.errors} errors.`);
  }
  return {
    requestsPerSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    processorMs: (after - before) / result.requests.total,
  };
}
