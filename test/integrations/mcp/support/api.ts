import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { listen } from "../../../../bench/edge/listen.ts";
import { startServer } from "../../../../tools/ready-server.ts";
import { root } from "../../../../tools/serve.ts";

const run = promisify(execFile);
const here = join(import.meta.dirname, "..");

/** A call of a tool. */
export interface Call {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

const Result = z.looseObject({
  content: z.array(z.looseObject({ type: z.string() })),
  structuredContent: z.unknown(),
  isError: z.boolean().nullish(),
});

/** What `client.mjs` prints. */
const ClientReport = z.object({
  version: z.string(),
  results: z.array(z.object({ result: Result, progress: z.array(z.string()) })),
  tools: z.array(z.looseObject({ name: z.string() })),
  bytes: z.object({ sent: z.number(), received: z.number() }),
});

const PythonReport = z.object({ tools: z.array(z.string()), results: z.array(Result) });

const failed = (error: { stdout?: string; code?: number }) => ({
  stdout: error.stdout ?? "",
  code: error.code ?? 1,
});

/** Runs a program and returns what it prints; a program that fails is no error here. */
export async function output(file: string, given: readonly string[]): Promise<{ stdout: string; code: number }> {
  const options = {
    cwd: here,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, MCP_INSPECTOR_SECRET_STORE: "memory" },
  };
  return run(file, [...given], options).then(({ stdout }) => ({ stdout, code: 0 }), failed);
}

/** The path of a program in this folder's packages. */
export const tool = (name: string): string => join(here, "node_modules/.bin", name);

/** Calls tools with the protocol's own client, in a mode of negotiation. */
export async function withClient(mode: string, url: string, calls: readonly Call[], key?: string) {
  const given = [
    join(here, "support/client.mjs"),
    mode,
    url,
    JSON.stringify(calls),
    ...(key === undefined ? [] : [key]),
  ];
  const { stdout } = await run(process.execPath, given, { cwd: here, maxBuffer: 64 * 1024 * 1024 });
  return ClientReport.parse(JSON.parse(stdout));
}

/** Calls tools with fastmcp. */
export async function withFastMcp(url: string, calls: readonly Call[]) {
  const python = join(here, ".venv/bin/python");
  const { stdout } = await run(python, [join(here, "support/fastmcp_client.py"), url, JSON.stringify(calls)]);
  return PythonReport.parse(JSON.parse(stdout));
}

/** The API as `npm start` runs it, which may fetch pictures from this machine, and a server of one picture. */
export async function startMcp(variables: Readonly<Record<string, string>> = {}, storage?: string) {
  const picture = await readFile(join(root, "test/pictures/street.jpg"));
  const pictures = createServer((_request, response) => response.end(picture));
  const port = await listen(pictures);
  const server = await startServer({ port: 0, storage, variables: { ALLOW_HTTP_IMAGES: "true", ...variables } });
  return {
    server,
    api: server.url.origin,
    mcp: new URL("/mcp", server.url).href,
    picture: `http://127.0.0.1:${port}/street.jpg`,
    stop: async () => {
      pictures.close();
      await server.stop();
    },
  };
}
