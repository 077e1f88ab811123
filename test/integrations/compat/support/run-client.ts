import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { python } from "./install.ts";

const run = promisify(execFile);
const clients = join(import.meta.dirname, "../clients");

/** A client: its program in `clients/`, and arguments. */
export interface Client {
  readonly name: string;
  readonly program: string;
  readonly arguments?: readonly string[];
}

/** What a program is told by its environment. */
export interface ClientVariables {
  readonly API: string;
  readonly KEY: string;
  readonly PICTURE: string;
  /** A file of lines for a batch. */
  readonly LINES?: string;
  /** What is done: everything, or one question that fails. */
  readonly ONLY?: "refused";
}

/** Runs a client's program to its end, and returns the last line that it prints, as JSON. */
export async function runClient(
  { program, arguments: flags = [] }: Client,
  variables: ClientVariables,
): Promise<unknown> {
  const command = program.endsWith(".py") ? python : process.execPath;
  // LiteLLM would fetch a list of prices.
  const env = { ...process.env, ...variables, LITELLM_LOCAL_MODEL_COST_MAP: "True", NODE_NO_WARNINGS: "1" };
  const { stdout } = await run(command, [join(clients, program), ...flags], { env, cwd: clients, maxBuffer: 1 << 24 });
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}
