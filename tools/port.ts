import { once } from "node:events";
import { createServer } from "node:net";
import { UsageError } from "./run-command.ts";

/** The port that the README's examples use. */
export const DEFAULT_PORT = 8787;
const MAX_PORT = 65_535;

/** Parses the API's port, from the command line or else from PORT. Throws `UsageError`. */
export function portFrom(given: string | undefined): number {
  const [name, text = String(DEFAULT_PORT)] = given === undefined ? ["PORT", process.env["PORT"]] : ["--port", given];
  const port = Number(text);
  if (/^\d+$/u.test(text) && port <= MAX_PORT) return port;
  throw new UsageError(`${name} is ${JSON.stringify(text)}; it must be a number from 0 (a free one) to ${MAX_PORT}.`);
}

/** Says that a port is in use, with another one to try. */
export function portInUse(port: number): string {
  const other = port === MAX_PORT ? DEFAULT_PORT : port + 1;
  return `Port ${port} is in use. Stop what listens there, or choose another: npm start -- --port ${other}`;
}

/** What to say about an address at which nothing can listen, by the error code of the system. */
const refusals: Readonly<Record<string, (port: number, host: string) => string>> = {
  EADDRINUSE: portInUse,
  EACCES: (port) =>
    `Port ${port} needs more rights than you have. Choose one from 1024 on: npm start -- --port ${DEFAULT_PORT}`,
  EADDRNOTAVAIL: (_port, host) => noSuchHost(host),
  ENOTFOUND: (_port, host) => noSuchHost(host),
  EAI_AGAIN: (_port, host) => noSuchHost(host),
  EINVAL: (_port, host) => noSuchHost(host),
};

function noSuchHost(host: string): string {
  return `This machine has no address ${host}. 127.0.0.1 is reached from this machine only, 0.0.0.0 from others too: npm start -- --host 0.0.0.0`;
}

/** Throws `UsageError` if nothing can listen at this address, before anything is built or downloaded for it. */
export async function requireFreePort(port: number, host: string): Promise<void> {
  if (host === "") throw new UsageError(noSuchHost('""'));
  const server = createServer().listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const message = refusals[code]?.(port, host);
    throw message === undefined ? error : new UsageError(message);
  }
  server.close();
  await once(server, "close");
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);

/** Whether only this machine reaches a server that listens at an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}
