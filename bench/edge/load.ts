import { spawn } from "node:child_process";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { processorTime } from "../backend/processor-time.ts";
import type { Workerd } from "./workerd.ts";

/** A request that is sent repeatedly. */
export interface LoadRequest {
  readonly path: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/** The figures of a server under load. */
export interface Load {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time per answer in milliseconds. */
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

async function runGenerator(options: object): Promise<z.infer<typeof Report>> {
  const child = spawn(process.execPath, [generator], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(options));
  return Report.parse(await json(child.stdout));
}

/** Sends a request repeatedly for `seconds`, `concurrency` at a time. Throws unless all answers are 2xx: errors are faster and distort the figures. */
export async function load(
  { url, process: { pid } }: Workerd,
  request: LoadRequest,
  { seconds, concurrency }: { readonly seconds: number; readonly concurrency: number },
): Promise<Load> {
  const before = await processorTime(pid);
  const { path, method, headers, body = new Uint8Array() } = request;
  const options = { url: new URL(path, url).href, method, headers, connections: concurrency, duration: seconds };
  const result = await runGenerator({ ...options, body: Buffer.from(body).toString("base64") });
  const after = await processorTime(pid);
  if (result.non2xx > 0 || result.errors > 0 || result["2xx"] === 0) {
    throw new Error(`${request.path}: ${result["2xx"]} answers, ${result.non2xx} refusals, ${result.errors} errors.`);
  }
  return {
    requestsPerSecond: result.requests.average,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    processorMs: (after - before) / result.requests.total,
  };
}
