import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { listen } from "../../../../bench/edge/listen.ts";
import { environment } from "./environment.ts";
import { packageFolder, program } from "./install.ts";

const run = promisify(execFile);

/** An installation of n8n with an empty database, in which the node is installed as n8n's own page for community nodes does it. */
export interface N8n {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command to its end and returns what it prints; a command that fails is no error here. */
  command(...given: readonly string[]): Promise<string>;
  stop(): Promise<void>;
}

/** A port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Installs what `npm publish` would send. */
async function installNode(folder: string): Promise<void> {
  const flags = ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder];
  const { stdout } = await run("npm", flags, { cwd: packageFolder });
  const target = join(folder, ".n8n/nodes/node_modules/n8n-nodes-florence-edge");
  await mkdir(target, { recursive: true });
  await run("tar", ["-xzf", join(folder, stdout.trim()), "--strip-components=1", "-C", target]);
}

async function environmentIn(folder: string): Promise<NodeJS.ProcessEnv> {
  const variables = {
    N8N_USER_FOLDER: folder,
    N8N_ENCRYPTION_KEY: "of-a-test",
    N8N_DIAGNOSTICS_ENABLED: "false",
    N8N_VERSION_NOTIFICATIONS_ENABLED: "false",
    N8N_TEMPLATES_ENABLED: "false",
    N8N_COMMUNITY_PACKAGES_ENABLED: "true",
    // `execute --rawOutput` prints with this level.
    N8N_LOG_LEVEL: "info",
    DB_TYPE: "sqlite",
    N8N_RUNNERS_BROKER_PORT: String(await freePort()),
  };
  return { ...environment(), PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`, ...variables };
}

const printed = ({ stdout = "" }: { readonly stdout?: string }): string => stdout;

/** Makes an installation. */
export async function openN8n(): Promise<N8n> {
  const folder = await mkdtemp(join(tmpdir(), "florence-n8n-"));
  await installNode(folder);
  const env = await environmentIn(folder);
  const command = async (...given: readonly string[]): Promise<string> => {
    const options = { env, cwd: folder, maxBuffer: 1 << 26 };
    return run(process.execPath, [program, ...given], options).then(printed, printed);
  };
  return { folder, env, command, stop: () => rm(folder, { recursive: true }) };
}
