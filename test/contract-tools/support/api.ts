import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "../../../tools/ready-server.ts";

/** The API, started as by `npm start`, and its OpenAPI document as a file. */
export interface CheckedApi {
  readonly origin: string;
  readonly document: string;
  stop(): Promise<void>;
}

/** Starts the API on a free port and saves its document. */
export async function startApi(): Promise<CheckedApi> {
  const server = await startServer({ port: 0 });
  const folder = await mkdtemp(join(tmpdir(), "contract-"));
  const document = join(folder, "openapi.json");
  const response = await fetch(new URL("/openapi.json", server.url));
  await writeFile(document, await response.text());
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  };
  return { origin: server.url.origin, document, stop };
}
