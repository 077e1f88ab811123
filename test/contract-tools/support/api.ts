import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADMIN_KEY, openAccounts } from "../../../tools/fuzz/accounts.ts";
import { startServer } from "../../../tools/ready-server.ts";

/** The API, started as by `npm start`, and its OpenAPI document as a file. */
export interface CheckedApi {
  readonly origin: string;
  readonly document: string;
  /** A key with credits and all scopes, and that of the operator; undefined without accounts. */
  readonly keys: { readonly customer: string; readonly operator: string } | undefined;
  stop(): Promise<void>;
}

/** Starts the API on a free port, with accounts or without, and saves its document. */
export async function startApi(hasAccounts: boolean): Promise<CheckedApi> {
  const folder = await mkdtemp(join(tmpdir(), "contract-"));
  // Drawings as a deployment with the model in the isolate has them: the tests of the client expect it.
  const variables = { OVERLAY_PNG: "false", ...(hasAccounts && { ACCOUNTS: "on", ADMIN_KEY }) };
  const server = await startServer({ port: 0, storage: hasAccounts ? join(folder, "objects") : undefined, variables });
  const document = join(folder, "openapi.json");
  const response = await fetch(new URL("/openapi.json", server.url));
  await writeFile(document, await response.text());
  const keys = hasAccounts ? { customer: (await openAccounts(server.url)).rich, operator: ADMIN_KEY } : undefined;
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  };
  return { origin: server.url.origin, document, keys, stop };
}
